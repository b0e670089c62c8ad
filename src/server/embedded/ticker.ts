import { monotonicNow } from '../../linux/proc.ts';
import type { FileMessage } from '../../model/errors.ts';
import type { InstanceStats, ServerStats } from '../../model/observed.ts';
import { DEFAULT_LOG_MAX } from '../../model/stack.ts';
import { liveProcess } from '../plan/state.ts';
import { loggedInstances } from './logs/files.ts';
import { LogKeeper } from './logs/keeper.ts';
import type { StartedLogs } from './logs/started-logs.ts';
import { Sampler } from './sampler.ts';
import type { Supervisor } from './supervisor.ts';

const TICK_MS = 1_000;
const RECENT_MS = 500;
/** When nobody looks at statistics they are sampled now and then only, so that a first look has something to compare with. */
const IDLE_SAMPLE_TICKS = 10;
/** How soon the logs are looked at again while one grows fast. */
const HASTY_LOOK_MS = 50;
/** How soon otherwise: what one look costs grows with the number of logs, what looking costs in all must not. */
const SOONEST_LOOK_MS = 250;
const LOOK_MS_PER_LOG = 2;

/** What the supervisor does by the clock: statistics, memory limits, and bounding the logs. */
export class Ticker {
	readonly #supervisor: Supervisor;
	readonly #sampler = new Sampler();
	readonly #logs: LogKeeper;
	readonly #startedLogs: StartedLogs;
	#stats: ServerStats = {};
	#sampledAt = Number.NEGATIVE_INFINITY;
	#watchers = 0;
	#ticks = 0;
	#timer: NodeJS.Timeout | null = null;
	#logTimer: NodeJS.Timeout | null = null;

	/** @param onProblem told when `problem` changed */
	constructor(supervisor: Supervisor, startedLogs: StartedLogs, onProblem: () => void) {
		this.#supervisor = supervisor;
		this.#logs = new LogKeeper(supervisor.paths.logs, onProblem);
		this.#startedLogs = startedLogs;
	}

	open(): void {
		this.#timer = setInterval(() => this.#tick(), TICK_MS);
		this.#lookAtLogs(loggedInstances(this.#supervisor.paths.logs));
	}

	/** Why a log cannot be bounded, or null. */
	get problem(): FileMessage | null {
		return this.#logs.problem;
	}

	/** Resolves when the logs are within their bounds, as far as their writers let them. */
	close(): Promise<void> {
		this.#stop();
		return this.#logs.close();
	}

	/** Leaves the logs as they are. */
	abandon(): void {
		this.#stop();
		this.#logs.abandon();
	}

	/** Somebody looks at statistics; returns how to say that no longer. */
	wantStats(): () => void {
		this.#watchers++;
		return () => {
			this.#watchers--;
		};
	}

	/** What was sampled a moment ago, or a new sample: an interval that is too short says nothing about CPU. */
	recentStats(): ServerStats {
		return monotonicNow() - this.#sampledAt < RECENT_MS ? this.#stats : this.sampleNow();
	}

	sampleNow(): ServerStats {
		this.#sampledAt = monotonicNow();
		const { instances } = this.#supervisor.state;
		const roots = new Map(
			[...instances.values()].flatMap((instance) => {
				const process = liveProcess(instance);
				return process === null ? [] : [[instance.name, process] as const];
			}),
		);
		this.#stats = Object.fromEntries(this.#sampler.sample(roots));
		return this.#stats;
	}

	#stop(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
		if (this.#logTimer !== null) clearTimeout(this.#logTimer);
		this.#sampler.close();
	}

	#tick(): void {
		this.#ticks++;
		const limits = this.#memoryLimits();
		const isDue = this.#watchers > 0 || limits.size > 0 || this.#ticks % IDLE_SAMPLE_TICKS === 0;
		if (!isDue) return;
		const stats = this.sampleNow();
		if (this.#watchers > 0) this.#supervisor.observers.tell({ kind: 'stats', stats });
		for (const [name, limit] of limits) this.#checkMemory(name, limit, stats[name]);
	}

	#memoryLimits(): Map<string, number> {
		const { instances, definitions } = this.#supervisor.state;
		const limits = new Map<string, number>();
		for (const { name, type } of instances.values()) {
			const limit = definitions.get(type)?.settings.memoryMax ?? null;
			if (limit !== null) limits.set(name, limit);
		}
		return limits;
	}

	#checkMemory(name: string, limit: number, stats: InstanceStats | undefined): void {
		const starts = this.#supervisor.state.instances.get(name)?.starts;
		if (starts === undefined || (stats?.memoryBytes ?? 0) <= limit) return;
		this.#supervisor.dispatch({ kind: 'memory-over', name, starts });
	}

	/** @param others instances whose logs are bounded although nothing else is known of them */
	#lookAtLogs(others: readonly string[] = []): void {
		const { instances, definitions } = this.#supervisor.state;
		const bounds = new Map(
			[...others, ...instances.keys()].map((name) => {
				const type = name.slice(0, name.lastIndexOf('.'));
				return [name, definitions.get(type)?.settings.logMax ?? DEFAULT_LOG_MAX] as const;
			}),
		);
		const hasty = this.#logs.look(bounds, Date.now(), this.#startedLogs.take());
		const usual = Math.min(TICK_MS, Math.max(SOONEST_LOOK_MS, bounds.size * LOOK_MS_PER_LOG));
		this.#logTimer = setTimeout(() => this.#lookAtLogs(), hasty ? HASTY_LOOK_MS : usual);
	}
}
