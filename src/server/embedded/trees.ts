import { canSignal, describeProcess, environmentValue, isAlive, readStat } from '../../linux/proc.ts';
import type { LiveProcess } from '../plan/state.ts';
import { carriersOf } from './carriers.ts';
import { groupLives, groupMembers, isOurZombie, isStillGroupOf, liveGroups } from './process-groups.ts';
import { COOKIE_VARIABLE } from './spawner.ts';

const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 100;
/** How often a tree is looked at whose stop failed: that it is gone after all may come in hours, or never. */
const STUCK_LOOK_MS = 1_000;

export interface Tree {
	readonly name: string;
	readonly starts: number;
	readonly process: LiveProcess;
}

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
	/** Those whose stop is under way. */
	readonly #watched = new Map<string, Watched>();
	/** Those whose stop failed. */
	readonly #stuck = new Map<string, Watched>();
	readonly #cookie: string;
	readonly #onGone: (tree: Tree) => void;
	#timer: NodeJS.Timeout | null = null;
	#stuckTimer: NodeJS.Timeout | null = null;
	#lookMs = FIRST_LOOK_MS;

	/** @param cookie the part of the cookie that is common to all instances of this stack and server */
	constructor(cookie: string, onGone: (tree: Tree) => void) {
		this.#cookie = cookie;
		this.#onGone = onGone;
	}

	/** Signals the tree and watches it until it is gone. */
	signal(tree: Tree, signal: NodeJS.Signals): void {
		const watched = this.#take(tree);
		watched.signal = signal;
		this.#watched.set(tree.name, watched);
		if (isStillGroupOf(tree.process)) send(-tree.process.pid, signal);
		for (const pid of watched.strays) this.#signalStray(watched, pid, signal);
		this.lookSoon();
	}

	/**
	 * Its stop failed: from now on it is looked at now and then, until it is gone.
	 * @param signal for strays that show up once its group is empty
	 */
	keepWatching(tree: Tree, signal: NodeJS.Signals): void {
		this.#stuck.set(tree.name, { ...this.#take(tree), signal });
		this.#stuckTimer ??= setInterval(() => this.#lookAtStuck(), STUCK_LOOK_MS);
	}

	/** Something ended: the next look should not wait. */
	lookSoon(): void {
		this.#lookMs = FIRST_LOOK_MS;
		this.#schedule();
	}

	/** Names what is left of a tree, for a message: what no signal of ours reaches, and what did not heed the last one. */
	describeRest(tree: Tree): string {
		const watched = this.#watched.get(tree.name);
		const heedless = `still there after ${watched?.signal ?? 'SIGKILL'}`;
		const pids = [...groupMembers(tree.process.pid), ...(watched?.strays ?? [])];
		if (pids.length === 0) return heedless;
		const { reached, unreached } = Object.groupBy(pids, (pid) => (canSignal(pid) ? 'reached' : 'unreached'));
		const describe = (some: readonly number[], fate: string) =>
			`${some.map(describeProcess).join(', ')} ${fate}`;
		return [
			...(unreached ? [describe(unreached, 'cannot be signalled')] : []),
			...(reached ? [describe(reached, heedless)] : []),
		].join('; ');
	}

	/** Ends what earlier starts of an instance left outside of its group, without anybody waiting for it. */
	sweep(name: string, startsNow: number): void {
		for (const { pid, starts } of carriersOf(this.#cookie).get(name) ?? []) {
			if (starts < startsNow) this.#endStray({ name, starts }, pid);
		}
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#watched.clear();
		this.#stuck.clear();
		this.#restFromStuck();
	}

	/** What is known of a tree, which from now on is watched for another reason. */
	#take(tree: Tree): Watched {
		const known = this.#watched.get(tree.name) ?? this.#stuck.get(tree.name);
		this.#watched.delete(tree.name);
		this.#stuck.delete(tree.name);
		return known ?? { ...tree, strays: [], signal: null };
	}

	#schedule(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = this.#watched.size === 0 ? null : setTimeout(() => this.#look(), this.#lookMs);
	}

	#look(): void {
		this.#lookAt(this.#watched);
		this.#lookMs = Math.min(LONGEST_LOOK_MS, this.#lookMs * 2);
		this.#schedule();
	}

	#lookAtStuck(): void {
		this.#lookAt(this.#stuck);
		this.#restFromStuck();
	}

	#restFromStuck(): void {
		if (this.#stuck.size > 0 || this.#stuckTimer === null) return;
		clearInterval(this.#stuckTimer);
		this.#stuckTimer = null;
	}

	#lookAt(trees: Map<string, Watched>): void {
		// One walk through /proc answers for all groups whose leader is gone.
		let groups: ReadonlySet<number> | null = null;
		const hasMembers = (group: number) => {
			groups ??= liveGroups();
			return groups.has(group);
		};
		const emptied = [...trees.values()].filter(
			({ process }) => !groupLives(process, hasMembers) && !isOurZombie(process.pid),
		);
		// One walk through /proc answers for all trees whose groups are empty.
		const carriers = emptied.length === 0 ? new Map() : carriersOf(this.#cookie);
		for (const tree of emptied) {
			if (this.#hasStrays(tree, carriers.get(tree.name) ?? [])) continue;
			trees.delete(tree.name);
			this.#onGone(tree);
		}
	}

	/** Whether anything is left outside of the group, which is empty; what was not seen before is signalled. */
	#hasStrays(tree: Watched, carriers: readonly { pid: number; starts: number }[]): boolean {
		const strays = carriers.filter(({ starts }) => starts <= tree.starts).map(({ pid }) => pid);
		const fresh = strays.filter((pid) => !tree.strays.includes(pid));
		tree.strays = strays;
		for (const pid of fresh) this.#signalStray(tree, pid, tree.signal ?? 'SIGTERM');
		return strays.length > 0;
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
