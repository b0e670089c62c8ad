import { closeSync, fstatSync } from 'node:fs';
import { writePosition } from '../../../linux/files.ts';
import { monotonicNow } from '../../../linux/proc.ts';

/** After this time the looks at the log know enough of it. */
const YOUNG_MS = 2_000;
/** Descriptors that are kept at most: every process that is started has to close them. */
const MOST_KEPT = 64;

interface Started {
	/** Shared with the instance, so that it tells where the instance's last words ended. */
	readonly descriptor: number;
	readonly startedAt: number;
}

/** Notices when an instance truncates its log right after its start, before anybody has looked at it. */
export class StartedLogs {
	readonly #started = new Map<string, Started>();
	readonly #truncated = new Set<string>();

	/** Takes over the descriptor that the instance writes to. */
	add(instance: string, descriptor: number): void {
		this.#look(instance);
		this.#forget(instance);
		for (const oldest of this.#started.keys()) {
			if (this.#started.size < MOST_KEPT) break;
			this.#forget(oldest);
		}
		this.#started.set(instance, { descriptor, startedAt: monotonicNow() });
	}

	/** The instances that truncated their logs since the last call, as far as that can be told. */
	take(): ReadonlySet<string> {
		for (const [instance, { startedAt }] of this.#started) {
			this.#look(instance);
			if (monotonicNow() - startedAt > YOUNG_MS) this.#forget(instance);
		}
		const taken = new Set(this.#truncated);
		this.#truncated.clear();
		return taken;
	}

	close(): void {
		for (const instance of this.#started.keys()) this.#forget(instance);
	}

	/** What was written ended later than the file does now: it was truncated in between. */
	#look(instance: string): void {
		const started = this.#started.get(instance);
		if (started === undefined) return;
		const end = writePosition(started.descriptor);
		if (end <= fstatSync(started.descriptor).size) return;
		this.#truncated.add(instance);
		this.#forget(instance);
	}

	#forget(instance: string): void {
		const started = this.#started.get(instance);
		if (started !== undefined) closeSync(started.descriptor);
		this.#started.delete(instance);
	}
}
