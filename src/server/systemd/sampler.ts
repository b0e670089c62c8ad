import type { InstanceStats, ServerEvent, ServerStats } from '../../model/observed.ts';
import type { Session } from './session.ts';
import type { StackState } from './stack-state.ts';
import { parseUsage, type Usage, usageCommand } from './unit-usage.ts';

const EVERY_MS = 2_000;
const READ_TIMEOUT_MS = 10_000;

/** Samples CPU and memory of a stack's instances while somebody wants them. */
export class Sampler {
	readonly #known: StackState;
	readonly #tell: (event: ServerEvent) => void;
	#session: Session | null = null;
	readonly #wanted = new Set<() => boolean>();
	#timer: NodeJS.Timeout | null = null;
	#before = new Map<string, { readonly at: number; readonly cpuSeconds: number }>();

	constructor(known: StackState, tell: (event: ServerEvent) => void) {
		this.#known = known;
		this.#tell = tell;
	}

	connect(session: Session): void {
		this.#session = session;
		this.#schedule(0);
	}

	disconnect(): void {
		this.#session = null;
		this.#before.clear();
	}

	/**
	 * Samples from now on.
	 * @param isWanted asked every time whether it is worth it now
	 * @returns what stops it
	 */
	want(isWanted: () => boolean): () => void {
		this.#wanted.add(isWanted);
		this.#schedule(0);
		return () => {
			this.#wanted.delete(isWanted);
		};
	}

	close(): void {
		this.#wanted.clear();
		if (this.#timer !== null) clearTimeout(this.#timer);
	}

	/** One sample now. CPU is what was used since the one before; null in the first. */
	async sample(): Promise<ServerStats> {
		if (this.#session === null) return {};
		const usage = await usageOf(this.#session, this.#mainProcesses());
		const at = performance.now();
		const stats = Object.fromEntries(
			[...usage].map(([name, used]) => [name, this.#statsOf(name, used, at)] as const),
		);
		this.#before = new Map([...usage].map(([name, { cpuSeconds }]) => [name, { at, cpuSeconds }]));
		return stats;
	}

	/** By instance name. */
	#mainProcesses(): Map<string, number> {
		const names = [...this.#known.state.instances.keys()];
		const pids = names.map((name) => [name, this.#known.unit(name).mainPid] as const);
		return new Map(pids.filter(([, pid]) => pid !== 0));
	}

	#statsOf(name: string, { cpuSeconds, memoryBytes }: Usage, at: number): InstanceStats {
		const before = this.#before.get(name);
		if (before === undefined || cpuSeconds < before.cpuSeconds) return { cpuPercent: null, memoryBytes };
		const cpuPercent = (100 * (cpuSeconds - before.cpuSeconds)) / ((at - before.at) / 1000);
		return { cpuPercent, memoryBytes };
	}

	#schedule(afterMs: number): void {
		if (this.#timer !== null || this.#wanted.size === 0 || this.#session === null) return;
		this.#timer = setTimeout(() => void this.#round(), afterMs).unref();
	}

	async #round(): Promise<void> {
		try {
			if ([...this.#wanted].some((isWanted) => isWanted())) {
				const stats = await this.sample();
				this.#tell({ kind: 'stats', stats });
			}
		} catch {
			// The connection was lost, which is told elsewhere.
		}
		this.#timer = null;
		this.#schedule(EVERY_MS);
	}
}

/** @param pids main processes by instance name */
async function usageOf(
	{ link }: Session,
	pids: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Usage>> {
	if (pids.size === 0) return new Map();
	const { stdout } = await link.run(usageCommand([...pids.values()]), { timeoutMs: READ_TIMEOUT_MS });
	const usage = parseUsage(stdout);
	return new Map(
		[...pids].flatMap(([name, pid]) => {
			const used = usage.get(pid);
			return used === undefined ? [] : [[name, used] as const];
		}),
	);
}
