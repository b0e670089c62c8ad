import type { ServerStats } from '../model/observed.ts';
import { perObject } from './derived.ts';

/** Samples of one server, oldest first, one a second. */
export interface Trends {
	/** Percent of one core, all instances together. */
	readonly cpu: readonly number[];
	/** Bytes, all instances together. */
	readonly memory: readonly number[];
	/** CPU by instance name. */
	readonly instances: Readonly<Record<string, readonly number[]>>;
}

export const NO_TRENDS: Trends = { cpu: [], memory: [], instances: {} };

/** 15 minutes at a sample a second. */
const SERVER_SAMPLES = 900;
const INSTANCE_SAMPLES = 8;

function push(samples: readonly number[], sample: number, kept: number): readonly number[] {
	return [...samples.slice(Math.max(0, samples.length - kept + 1)), sample];
}

export interface Load {
	/** 100 is one core. */
	readonly cpu: number | null;
	/** Bytes. */
	readonly memory: number | null;
}

/** CPU and memory of all instances of a server together; null before the first sample. */
export const totals: (stats: ServerStats) => Load = perObject((stats) => {
	let cpu: number | null = null;
	let memory: number | null = null;
	for (const { cpuPercent, memoryBytes } of Object.values(stats)) {
		if (cpuPercent !== null) cpu = (cpu ?? 0) + cpuPercent;
		if (memoryBytes !== null) memory = (memory ?? 0) + memoryBytes;
	}
	return { cpu, memory };
});

/** The trends with one more sample. Instances that are gone from `stats` lose theirs. */
export function withSample(trends: Trends, stats: ServerStats): Trends {
	const { cpu, memory } = totals(stats);
	const instances: Record<string, readonly number[]> = {};
	for (const [name, { cpuPercent }] of Object.entries(stats)) {
		instances[name] = push(trends.instances[name] ?? [], cpuPercent ?? 0, INSTANCE_SAMPLES);
	}
	return {
		cpu: push(trends.cpu, cpu ?? 0, SERVER_SAMPLES),
		memory: push(trends.memory, memory ?? 0, SERVER_SAMPLES),
		instances,
	};
}
