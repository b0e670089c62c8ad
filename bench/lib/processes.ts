import { readdirSync, readFileSync } from 'node:fs';
import { readStat } from '../../src/linux/proc.ts';

/** A process by more than its pid, which may be a stranger's later. */
export interface ProcessIdentity {
	readonly pid: number;
	readonly startTime: number;
}

/** @throws Error when there is no such process */
export function identify(pid: number): ProcessIdentity {
	const stat = readStat(pid);
	if (stat === null) throw new Error(`there is no process ${pid}`);
	return { pid, startTime: stat.startTime };
}

/** CPU time that a process has used, all its threads together, in milliseconds; exact to less than a tick. */
export function cpuMs(pid: number): number {
	const nanoseconds = readdirSync(`/proc/${pid}/task`).map(
		(task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]) || 0,
	);
	return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}

/** What a process has in memory, in megabytes (10^6 bytes): now, and at most so far. */
export function memoryMb(pid: number): { readonly now: number; readonly peak: number } {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const field = (name: string) =>
		(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024) / 1e6;
	return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** Share of one core, in percent, that processes use within a time. */
export async function cpuPercent(pids: readonly number[], during: () => Promise<unknown>): Promise<number> {
	const total = () => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
	const [before, startedAt] = [total(), performance.now()];
	await during();
	return ((total() - before) / (performance.now() - startedAt)) * 100;
}
