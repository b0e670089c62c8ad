import { monotonicNow } from '../../linux/proc.ts';
import type { SupervisorState } from '../plan/state.ts';
import type { Effect, SupervisorEvent } from './step/events.ts';
import { step } from './step/step.ts';

/** Holds the state and lets `step` decide, one step after another. */
export class Machine {
	readonly #follow: (before: SupervisorState, effects: readonly Effect[]) => void;
	#state: SupervisorState;
	#queue: SupervisorEvent[] = [];
	#stepping = false;
	#isHalted = false;

	/** @param follow called after each step, for everything that follows from it; what it dispatches is another step */
	constructor(state: SupervisorState, follow: (before: SupervisorState, effects: readonly Effect[]) => void) {
		this.#state = state;
		this.#follow = follow;
	}

	get state(): SupervisorState {
		return this.#state;
	}

	/** Makes the state take events, and everything follow that they entail. */
	dispatch(events: readonly SupervisorEvent[]): void {
		if (this.#isHalted) return;
		this.#queue.push(...events);
		if (this.#stepping) return;
		this.#stepping = true;
		try {
			while (this.#queue.length > 0) this.#step(this.#queue.splice(0));
		} finally {
			this.#stepping = false;
		}
	}

	/** Decides nothing any more. */
	halt(): void {
		this.#isHalted = true;
	}

	#step(events: readonly SupervisorEvent[]): void {
		const before = this.#state;
		const clock = { mono: monotonicNow(), wall: Date.now(), random: Math.random() };
		const { state, effects } = step(before, events, clock);
		this.#state = state;
		this.#follow(before, effects);
	}
}
