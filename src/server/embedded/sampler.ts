import { closeSync } from 'node:fs';
import {
	listPids,
	monotonicNow,
	openStat,
	type ProcessStat,
	rereadStat,
	TICKS_PER_SECOND,
} from '../../linux/proc.ts';
import type { InstanceStats } from '../../model/observed.ts';
import type { LiveProcess } from '../plan/state.ts';

interface Member {
	readonly descriptor: number;
	readonly startTime: number;
	readonly root: number;
	cpuTicks: number;
}

interface Sampled extends InstanceStats {
	readonly cpuPercent: number;
	readonly memoryBytes: number;
}

/**
 * CPU and memory of whole process trees. The stat files of the members stay open, since opening costs more than reading;
 * a new process is put into a tree once, by its session or its parents.
 */
export class Sampler {
	readonly #members = new Map<number, Member>();
	/** Pids that belong to nobody we know: not looked at again until they are reused. */
	readonly #strangers = new Set<number>();
	#sampledAt = 0;

	/** @param roots the leaders of the trees by instance name */
	sample(roots: ReadonlyMap<string, LiveProcess>): Map<string, Sampled> {
		const now = monotonicNow();
		const nameOfRoot = new Map([...roots].map(([name, { pid }]) => [pid, name]));
		this.#follow(nameOfRoot);
		const sums = new Map<string, { ticks: number; bytes: number }>();
		for (const name of roots.keys()) sums.set(name, { ticks: 0, bytes: 0 });
		for (const [pid, member] of this.#members) this.#add(pid, member, nameOfRoot, sums);
		const elapsedMs = now - this.#sampledAt;
		this.#sampledAt = now;
		const result = new Map<string, Sampled>();
		for (const [name, { ticks, bytes }] of sums) {
			const age = Math.max(1, now - (roots.get(name)?.startedMono ?? now));
			const ms = Math.min(elapsedMs, age);
			result.set(name, { cpuPercent: round((ticks / TICKS_PER_SECOND / ms) * 100_000), memoryBytes: bytes });
		}
		return result;
	}

	close(): void {
		for (const { descriptor } of this.#members.values()) closeSync(descriptor);
		this.#members.clear();
	}

	#add(
		pid: number,
		member: Member,
		nameOfRoot: ReadonlyMap<number, string>,
		sums: Map<string, { ticks: number; bytes: number }>,
	): void {
		const stat = rereadStat(member.descriptor);
		const name = nameOfRoot.get(member.root);
		const sum = name === undefined ? undefined : sums.get(name);
		if (stat === null || stat.startTime !== member.startTime || sum === undefined) {
			closeSync(member.descriptor);
			this.#members.delete(pid);
			return;
		}
		sum.ticks += Math.max(0, stat.cpuTicks - member.cpuTicks);
		sum.bytes += stat.residentBytes;
		member.cpuTicks = stat.cpuTicks;
	}

	/** Takes in the processes that are new since the last sample. */
	#follow(nameOfRoot: ReadonlyMap<number, string>): void {
		const pids = listPids();
		const present = new Set(pids);
		for (const pid of this.#strangers) if (!present.has(pid)) this.#strangers.delete(pid);
		for (const pid of nameOfRoot.keys()) this.#strangers.delete(pid);
		// Parents come before their children here, apart from pids that wrapped around: those are found a sample later.
		for (const pid of pids)
			if (!this.#members.has(pid) && !this.#strangers.has(pid)) this.#place(pid, nameOfRoot);
	}

	#place(pid: number, nameOfRoot: ReadonlyMap<number, string>): void {
		const descriptor = openStat(pid);
		const stat = descriptor === null ? null : rereadStat(descriptor);
		const root = stat === null ? null : this.#rootOf(stat, nameOfRoot);
		if (descriptor === null) return;
		if (stat === null || root === null) {
			closeSync(descriptor);
			if (stat !== null) this.#strangers.add(pid);
			return;
		}
		// What a process used before it was first seen counts from its start, so that a busy short life shows.
		this.#members.set(pid, { descriptor, startTime: stat.startTime, root, cpuTicks: 0 });
	}

	#rootOf(stat: ProcessStat, nameOfRoot: ReadonlyMap<number, string>): number | null {
		if (nameOfRoot.has(stat.pid)) return stat.pid;
		if (nameOfRoot.has(stat.session)) return stat.session;
		return this.#members.get(stat.parent)?.root ?? null;
	}
}

function round(percent: number): number {
	return Math.round(percent * 10) / 10;
}
