import { statSync } from 'node:fs';
import { isListening } from '../../linux/ports.ts';
import type { ReadyCheck } from '../../model/stack.ts';
import type { Instance } from '../plan/state.ts';
import { logFile } from './logs/files.ts';
import { type ProbeTarget, waitUntilReady } from './probe.ts';

type Before = Pick<ProbeTarget, 'portWasTaken' | 'logFrom'>;

/** An instance taken over while it was starting: nothing is known of the moment before. */
const UNKNOWN: Before = { portWasTaken: false, logFrom: 0 };

/** The readiness checks under way, at most one for an instance. */
export class Readiness {
	readonly #logs: string;
	readonly #onReady: (name: string, starts: number) => void;
	readonly #before = new Map<string, Before>();
	readonly #running = new Map<string, AbortController>();

	constructor(logs: string, onReady: (name: string, starts: number) => void) {
		this.#logs = logs;
		this.#onReady = onReady;
	}

	/** Right before a start: what an answer must not be mistaken for. */
	prepare({ name, port }: Instance, check: ReadyCheck): void {
		const logFrom = statSync(logFile(this.#logs, name), { throwIfNoEntry: false })?.size ?? 0;
		const portWasTaken = check.kind !== 'log' && port !== null && isListening(port);
		this.#before.set(name, { logFrom, portWasTaken });
	}

	async check({ name, starts, port }: Instance, check: ReadyCheck): Promise<void> {
		this.abort(name);
		const aborter = new AbortController();
		this.#running.set(name, aborter);
		const target = { port, logFile: logFile(this.#logs, name), ...(this.#before.get(name) ?? UNKNOWN) };
		// An answer that cannot be understood is not a readiness, and no reason to fall over.
		const isReady = await waitUntilReady(check, target, aborter.signal).catch(() => false);
		if (this.#running.get(name) === aborter) this.#running.delete(name);
		if (isReady) this.#onReady(name, starts);
	}

	abort(name: string): void {
		this.#running.get(name)?.abort();
	}

	close(): void {
		for (const aborter of this.#running.values()) aborter.abort();
	}
}
