import { deadlineOf, type Instance } from './step/state.ts';

/** What the platform's timers can hold. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One timer for each instance whose phase has a deadline. */
export class Timers {
	readonly #timers = new Map<string, NodeJS.Timeout>();
	readonly #onElapsed: (name: string) => void;

	constructor(onElapsed: (name: string) => void) {
		this.#onElapsed = onElapsed;
	}

	/** @param now monotonic milliseconds */
	arm(instance: Instance, before: Instance | undefined, now: number): void {
		const deadline = deadlineOf(instance);
		const isArmed = this.#timers.has(instance.name);
		if (isArmed && before !== undefined && deadlineOf(before) === deadline) return;
		this.disarm(instance.name);
		if (deadline === null) return;
		// A timer may fire a moment early by the monotonic clock: a millisecond more saves a second round.
		const delay = Math.min(LONGEST_TIMER_MS, Math.max(0, deadline - now + 1));
		this.#timers.set(
			instance.name,
			setTimeout(() => this.#elapsed(instance.name), delay),
		);
	}

	disarm(name: string): void {
		clearTimeout(this.#timers.get(name));
		this.#timers.delete(name);
	}

	close(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
	}

	#elapsed(name: string): void {
		this.#timers.delete(name);
		this.#onElapsed(name);
	}
}
