import { monotonicNow } from '../linux/proc.ts';
import type { ProgressListener } from '../model/change.ts';
import { type Goal, type GoalState, goalState } from './plan/goals.ts';
import { goalStateAfterLoss } from './plan/goals-after-loss.ts';
import type { SupervisorState } from './plan/state.ts';

/** Who waits for what: told once for all when every goal is decided or time is over. */
interface Waiter {
	readonly goals: readonly Goal[];
	readonly states: GoalState[];
	readonly onProgress: ProgressListener;
	readonly resolve: (states: readonly GoalState[]) => void;
	readonly timer: NodeJS.Timeout;
	/** Why the connection to the server broke meanwhile; null: it did not. */
	lost: string | null;
	/** What was told last. */
	told: string;
}

/** So many instances are named to who waits. */
const LONGEST_CURRENT = 3;

/** Follows the goals of changes under way. */
export class Settling {
	readonly #waiters = new Set<Waiter>();
	/** Changes that are not noted to their end. */
	readonly #underWay = new Set<Promise<unknown>>();
	/** Why nobody knows what the state is by now; null: it is known. */
	#lost: string | null = null;

	/** Nobody may leave before the change is noted to its end. */
	hold<T>(change: Promise<T>): Promise<T> {
		this.#underWay.add(change);
		const over = () => this.#underWay.delete(change);
		change.then(over, over);
		return change;
	}

	/** Nobody waits any more: what is undecided goes on as it is recorded. Resolves once that is noted. */
	async leave(): Promise<void> {
		for (const waiter of this.#waiters) {
			waiter.states.forEach((state, position) => {
				if (state.kind === 'pending') waiter.states[position] = { kind: 'left' };
			});
			this.#finish(waiter);
		}
		await Promise.allSettled(this.#underWay);
	}

	/** Whether somebody waits. */
	get isAwaited(): boolean {
		return this.#waiters.size > 0;
	}

	/**
	 * Resolves with the state of each goal. A goal once decided stays so; those undecided after `timeoutMs` are failed
	 * with code `timeout`, and the change itself goes on; or with `unreachable` where nobody knows what becomes of it.
	 * @param lost why the connection to the server broke before; null: it did not
	 */
	wait(
		goals: readonly Goal[],
		state: SupervisorState,
		timeoutMs: number,
		onProgress: ProgressListener,
		lost: string | null = null,
	): Promise<readonly GoalState[]> {
		const startedAt = monotonicNow();
		return new Promise((resolve) => {
			const waiter: Waiter = {
				goals,
				states: goals.map(() => ({ kind: 'pending' })),
				onProgress,
				resolve,
				timer: setTimeout(() => this.#expire(waiter, monotonicNow() - startedAt), timeoutMs),
				lost: this.#lost ?? lost,
				told: '',
			};
			this.#waiters.add(waiter);
			if (this.#lost === null || goals.length === 0) this.#check(waiter, state);
		});
	}

	/** The connection to the server broke: nothing is decided any more, until `resume`. */
	interrupt(reason: string): void {
		this.#lost = reason;
		for (const waiter of this.#waiters) waiter.lost = reason;
	}

	/** The state is known again. */
	resume(state: SupervisorState): void {
		this.#lost = null;
		this.check(state);
	}

	/** To be called after every step. */
	check(state: SupervisorState): void {
		if (this.#lost !== null) return;
		for (const waiter of this.#waiters) this.#check(waiter, state);
	}

	#check(waiter: Waiter, state: SupervisorState): void {
		waiter.goals.forEach((goal, position) => {
			if (waiter.states[position]?.kind === 'pending')
				waiter.states[position] =
					waiter.lost === null ? goalState(goal, state) : goalStateAfterLoss(goal, state, waiter.lost);
		});
		const settled = waiter.states.filter(({ kind }) => kind !== 'pending').length;
		const current = currentOf(waiter, state);
		const news = [settled, ...current].join();
		if (news !== waiter.told) {
			waiter.told = news;
			waiter.onProgress(settled, waiter.goals.length, current);
		}
		if (settled === waiter.goals.length) this.#finish(waiter);
	}

	#expire(waiter: Waiter, afterMs: number): void {
		const late = `not settled after ${Math.round(afterMs / 1000)} s; it goes on`;
		const undecided: GoalState =
			this.#lost === null
				? { kind: 'failed', reason: late, code: 'timeout' }
				: { kind: 'failed', reason: this.#lost, code: 'unreachable' };
		waiter.states.forEach((state, position) => {
			if (state.kind === 'pending') waiter.states[position] = undecided;
		});
		this.#finish(waiter);
	}

	#finish(waiter: Waiter): void {
		clearTimeout(waiter.timer);
		this.#waiters.delete(waiter);
		waiter.resolve(waiter.states);
	}
}

function currentOf({ goals, states }: Waiter, state: SupervisorState): string[] {
	const current: string[] = [];
	for (const [position, goal] of goals.entries()) {
		if (current.length === LONGEST_CURRENT) break;
		if (states[position]?.kind === 'pending' && isBeingChanged(goal, state)) current.push(goal.name);
	}
	return current;
}

/** Whether it is its turn: in a rolling restart the others wait. */
function isBeingChanged(goal: Goal, state: SupervisorState): boolean {
	const instance = state.instances.get(goal.name);
	if (instance === undefined) return false;
	return goal.kind === 'rests' || instance.starts > goal.startsAfter || instance.phase.kind === 'stopping';
}
