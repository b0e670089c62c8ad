import { monotonicNow } from '../../linux/proc.ts';
import { type Goal, type GoalState, goalState } from './step/goals.ts';
import type { SupervisorState } from './step/state.ts';

/** Who waits for what: told once for all when every goal is decided or time is over. */
interface Waiter {
	readonly goals: readonly Goal[];
	readonly states: GoalState[];
	readonly onProgress: (settled: number, total: number) => void;
	readonly resolve: (states: readonly GoalState[]) => void;
	readonly timer: NodeJS.Timeout;
	settled: number;
}

/** Follows the goals of changes under way. */
export class Settling {
	readonly #waiters = new Set<Waiter>();

	/**
	 * Resolves with the state of each goal. A goal once decided stays so; those undecided after `timeoutMs` are failed
	 * with code `timeout`, and the change itself goes on.
	 */
	wait(
		goals: readonly Goal[],
		state: SupervisorState,
		timeoutMs: number,
		onProgress: (settled: number, total: number) => void,
	): Promise<readonly GoalState[]> {
		const startedAt = monotonicNow();
		return new Promise((resolve) => {
			const waiter: Waiter = {
				goals,
				states: goals.map(() => ({ kind: 'pending' })),
				onProgress,
				resolve,
				timer: setTimeout(() => this.#expire(waiter, monotonicNow() - startedAt), timeoutMs),
				settled: 0,
			};
			this.#waiters.add(waiter);
			this.#check(waiter, state);
		});
	}

	/** To be called after every step. */
	check(state: SupervisorState): void {
		for (const waiter of this.#waiters) this.#check(waiter, state);
	}

	#check(waiter: Waiter, state: SupervisorState): void {
		waiter.goals.forEach((goal, position) => {
			if (waiter.states[position]?.kind === 'pending') waiter.states[position] = goalState(goal, state);
		});
		const settled = waiter.states.filter(({ kind }) => kind !== 'pending').length;
		if (settled !== waiter.settled) {
			waiter.settled = settled;
			waiter.onProgress(settled, waiter.goals.length);
		}
		if (settled === waiter.goals.length) this.#finish(waiter);
	}

	#expire(waiter: Waiter, afterMs: number): void {
		const reason = `not settled after ${Math.round(afterMs / 1000)} s; it goes on`;
		waiter.states.forEach((state, position) => {
			if (state.kind === 'pending') waiter.states[position] = { kind: 'failed', reason, code: 'timeout' };
		});
		this.#finish(waiter);
	}

	#finish(waiter: Waiter): void {
		clearTimeout(waiter.timer);
		this.#waiters.delete(waiter);
		waiter.resolve(waiter.states);
	}
}
