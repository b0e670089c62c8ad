import { describeProcess, environmentValue, isAlive, listPids, readStat } from '../../linux/proc.ts';
import { COOKIE_VARIABLE } from './spawner.ts';
import type { LiveProcess, ProcessIdentity } from './step/state.ts';

const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 100;

export interface Tree {
	readonly name: string;
	readonly starts: number;
	readonly process: LiveProcess;
}

/** Processes that carry a cookie of a stack, by the name of the instance that it names. */
export type Carriers = ReadonlyMap<string, readonly { readonly pid: number; readonly starts: number }[]>;

interface Watched extends Tree {
	/** Processes with the instance's cookie outside of its group, found when the group was empty. */
	strays: readonly number[];
	/** The last signal that was sent, for strays that show up later. */
	signal: NodeJS.Signals | null;
}

/**
 * Ends whole process trees: the process group of the leader, then whatever still carries the instance's cookie.
 * Every signal is preceded by a check that the process is still the one that was started: pids are reused.
 */
export class Trees {
	readonly #watched = new Map<string, Watched>();
	readonly #cookie: string;
	readonly #onGone: (tree: Tree) => void;
	#timer: NodeJS.Timeout | null = null;
	#lookMs = FIRST_LOOK_MS;

	/** @param cookie the part of the cookie that is common to all instances of this stack and server */
	constructor(cookie: string, onGone: (tree: Tree) => void) {
		this.#cookie = cookie;
		this.#onGone = onGone;
	}

	/** Signals the tree and watches it until it is gone. */
	signal(tree: Tree, signal: NodeJS.Signals): void {
		const watched = this.#watched.get(tree.name) ?? { ...tree, strays: [], signal: null };
		watched.signal = signal;
		this.#watched.set(tree.name, watched);
		signalGroup(watched, signal);
		for (const pid of watched.strays) this.#signalStray(watched, pid, signal);
		this.lookSoon();
	}

	/** No longer of interest (it failed to stop, or something else took over). */
	forget(name: string): void {
		this.#watched.delete(name);
	}

	/** Something ended: the next look should not wait. */
	lookSoon(): void {
		this.#lookMs = FIRST_LOOK_MS;
		this.#schedule();
	}

	/** Names what is left of a tree, for a message. */
	describeRest(tree: Tree): string {
		const watched = this.#watched.get(tree.name);
		const pids = [...groupMembers(tree.process.pid), ...(watched?.strays ?? [])];
		return pids.length === 0
			? 'still there after SIGKILL'
			: `${pids.map(describeProcess).join(', ')} cannot be signalled`;
	}

	/** Ends what earlier starts of an instance left outside of its group, without anybody waiting for it. */
	sweep(name: string, startsNow: number): void {
		for (const { pid, starts } of this.carriers().get(name) ?? []) {
			if (starts < startsNow) this.#endStray({ name, starts }, pid);
		}
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#watched.clear();
	}

	#schedule(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = this.#watched.size === 0 ? null : setTimeout(() => this.#look(), this.#lookMs);
	}

	#look(): void {
		// One walk through /proc answers for all groups whose leader is gone.
		let groups: ReadonlySet<number> | null = null;
		const hasMembers = (group: number) => {
			groups ??= liveGroups();
			return groups.has(group);
		};
		const emptied = [...this.#watched.values()].filter(
			({ process }) => !groupLives(process, hasMembers) && !isOurZombie(process.pid),
		);
		// One walk through /proc answers for all trees whose groups are empty.
		const carriers = emptied.length === 0 ? new Map() : this.carriers();
		for (const tree of emptied) this.#groupEmpty(tree, carriers.get(tree.name) ?? []);
		this.#lookMs = Math.min(LONGEST_LOOK_MS, this.#lookMs * 2);
		this.#schedule();
	}

	#groupEmpty(tree: Watched, carriers: readonly { pid: number; starts: number }[]): void {
		const strays = carriers.filter(({ starts }) => starts <= tree.starts).map(({ pid }) => pid);
		if (strays.length === 0) {
			this.#watched.delete(tree.name);
			this.#onGone(tree);
			return;
		}
		const fresh = strays.filter((pid) => !tree.strays.includes(pid));
		tree.strays = strays;
		for (const pid of fresh) this.#signalStray(tree, pid, tree.signal ?? 'SIGTERM');
	}

	#signalStray(tree: Pick<Tree, 'name'>, pid: number, signal: NodeJS.Signals): void {
		if (environmentValue(pid, COOKIE_VARIABLE)?.startsWith(`${this.#cookie}/${tree.name}/`))
			send(pid, signal);
	}

	#endStray(tree: { name: string; starts: number }, pid: number): void {
		const startTime = readStat(pid)?.startTime;
		if (startTime === undefined) return;
		this.#signalStray(tree, pid, 'SIGTERM');
		setTimeout(() => {
			if (isAlive({ pid, startTime })) this.#signalStray(tree, pid, 'SIGKILL');
		}, 10_000).unref();
	}

	/** Walks through /proc: some 20 microseconds a process. */
	carriers(): Carriers {
		const found = new Map<string, { pid: number; starts: number }[]>();
		for (const pid of listPids()) {
			// We may run within an instance ourselves.
			if (pid === process.pid) continue;
			const value = environmentValue(pid, COOKIE_VARIABLE);
			if (value === null || !value.startsWith(`${this.#cookie}/`)) continue;
			const [, name = '', starts] = value.split('/');
			// A zombie has no environment left, so whatever shows one lives.
			found.set(name, [...(found.get(name) ?? []), { pid, starts: Number(starts) }]);
		}
		return found;
	}
}

/** Whether anything but zombies is left of the process group that this process leads or led. */
export function groupLives(
	leader: ProcessIdentity,
	hasMembers = (group: number) => groupMembers(group).length > 0,
): boolean {
	const now = readStat(leader.pid);
	// A pid is not given to another process while it names a group.
	if (now !== null && now.startTime !== leader.startTime) return false;
	try {
		process.kill(-leader.pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
	if (now !== null && now.state !== 'Z') return true;
	return hasMembers(leader.pid);
}

/** A child of ours that ended and is about to tell us how: its tree is not gone before that. */
function isOurZombie(pid: number): boolean {
	const stat = readStat(pid);
	return stat !== null && stat.state === 'Z' && stat.parent === process.pid;
}

/** Every process group that has more than zombies. */
function liveGroups(): ReadonlySet<number> {
	const groups = new Set<number>();
	for (const pid of listPids()) {
		const stat = readStat(pid);
		if (stat !== null && stat.state !== 'Z') groups.add(stat.group);
	}
	return groups;
}

function groupMembers(group: number): number[] {
	return listPids().filter((pid) => {
		const stat = readStat(pid);
		return stat !== null && stat.group === group && stat.state !== 'Z';
	});
}

/** A group's id cannot be reused while it has members, so a leader that is gone leaves it ours as long as its session is. */
function signalGroup({ process: leader }: Tree, signal: NodeJS.Signals): void {
	const now = readStat(leader.pid);
	const isOurs =
		now === null
			? groupMembers(leader.pid).some((pid) => isOfItsSession(pid, leader))
			: now.startTime === leader.startTime;
	if (isOurs) send(-leader.pid, signal);
}

/** The members of our group sit in the session that its leader made. */
function isOfItsSession(pid: number, leader: LiveProcess): boolean {
	const stat = readStat(pid);
	return stat !== null && stat.session === leader.pid && stat.startTime >= leader.startTime;
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch (error) {
		// ESRCH: it is gone, which the next look sees. EPERM: another user's, which is named when the stop fails.
		const { code } = error as NodeJS.ErrnoException;
		if (code !== 'ESRCH' && code !== 'EPERM') throw error;
	}
}
