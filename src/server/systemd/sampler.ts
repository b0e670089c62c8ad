import type { InstanceStats, ServerEvent, ServerStats } from '../../model/observed.ts';
import { indexOf, typeOf } from '../plan/names.ts';
import { liveProcess } from '../plan/state.ts';
import { unitName } from './names.ts';
import { parseProcesses, processesCommand } from './process-usage.ts';
import type { Session } from './session.ts';
import type { StackState } from './stack-state.ts';

const EVERY_MS = 2_000;
const READ_TIMEOUT_MS = 10_000;

/** What systemd answers where it does not count. */
const NOT_COUNTED = 2 ** 63;

interface Usage {
	/** Seconds of CPU since it started. */
	readonly cpuSeconds: number;
	readonly memoryBytes: number;
}

/** Samples CPU and memory of a stack's instances while somebody wants them. */
export class Sampler {
	readonly #known: StackState;
	readonly #tell: (event: ServerEvent) => void;
	#session: Session | null = null;
	#wanted = 0;
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

	/** Samples from now on; returns how to stop it. */
	want(): () => void {
		this.#wanted++;
		this.#schedule(0);
		return () => {
			this.#wanted--;
		};
	}

	close(): void {
		this.#wanted = 0;
		if (this.#timer !== null) clearTimeout(this.#timer);
	}

	/** One sample now. CPU is what was used since the one before; null in the first. */
	async sample(): Promise<ServerStats> {
		const session = this.#session;
		if (session === null) return {};
		const names = [...this.#known.state.instances.values()]
			.filter((instance) => liveProcess(instance) !== null)
			.map(({ name }) => name);
		const usage = await usageOf(session, names);
		const at = performance.now();
		const stats = Object.fromEntries(
			[...usage].map(([name, used]) => [name, this.#statsOf(name, used, at)] as const),
		);
		this.#before = new Map([...usage].map(([name, { cpuSeconds }]) => [name, { at, cpuSeconds }]));
		return stats;
	}

	#statsOf(name: string, { cpuSeconds, memoryBytes }: Usage, at: number): InstanceStats {
		const before = this.#before.get(name);
		if (before === undefined || cpuSeconds < before.cpuSeconds) return { cpuPercent: null, memoryBytes };
		const cpuPercent = (100 * (cpuSeconds - before.cpuSeconds)) / ((at - before.at) / 1000);
		return { cpuPercent, memoryBytes };
	}

	#schedule(afterMs: number): void {
		if (this.#timer !== null || this.#wanted === 0 || this.#session === null) return;
		this.#timer = setTimeout(() => void this.#round(), afterMs).unref();
	}

	async #round(): Promise<void> {
		try {
			const stats = await this.sample();
			this.#tell({ kind: 'stats', stats });
		} catch {
			// The connection was lost, which is told elsewhere.
		}
		this.#timer = null;
		this.#schedule(EVERY_MS);
	}
}

/** By systemd's own accounting; where it has none, by the processes of each unit. */
async function usageOf(session: Session, names: readonly string[]): Promise<Map<string, Usage>> {
	const { bus, layout } = session;
	const unitOf = (name: string) => unitName(layout.prefix, typeOf(name), indexOf(name));
	const counted = await Promise.all(
		names.map(async (name) => {
			const asked = { unit: [], service: ['CPUUsageNSec', 'MemoryCurrent'] };
			return [name, await bus.properties(unitOf(name), asked)] as const;
		}),
	);
	const usage = new Map<string, Usage>();
	const uncounted: string[] = [];
	for (const [name, { CPUUsageNSec: cpu, MemoryCurrent: memory }] of counted) {
		if (Number(cpu) >= NOT_COUNTED || Number(memory) >= NOT_COUNTED) uncounted.push(name);
		else usage.set(name, { cpuSeconds: Number(cpu) / 1e9, memoryBytes: Number(memory) });
	}
	for (const [name, used] of await usageOfProcesses(session, uncounted, unitOf)) usage.set(name, used);
	return usage;
}

async function usageOfProcesses(
	session: Session,
	names: readonly string[],
	unitOf: (name: string) => string,
): Promise<Map<string, Usage>> {
	if (names.length === 0) return new Map();
	const pids = await Promise.all(
		names.map(async (name) => [name, await session.bus.processes(unitOf(name)).catch(() => [])] as const),
	);
	const command = processesCommand(pids.flatMap(([, each]) => each));
	const { stdout } = await session.link.run(command, { timeoutMs: READ_TIMEOUT_MS });
	const usageOfPid = parseProcesses(stdout);
	return new Map(
		pids.map(([name, each]) => {
			const used = each.flatMap((pid) => usageOfPid.get(pid) ?? []);
			const cpuSeconds = used.reduce((sum, one) => sum + one.cpuSeconds, 0);
			const memoryBytes = used.reduce((sum, one) => sum + one.memoryBytes, 0);
			return [name, { cpuSeconds, memoryBytes }];
		}),
	);
}
