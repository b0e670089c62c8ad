import { monotonicNow } from '../../linux/proc.ts';
import { deadlineOf, type Instance } from '../plan/state.ts';

/** What the platform's timers can hold. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One timer for each instance whose phase has a deadline. */
export class Timers {
	readonly #timers = new Map<string, NodeJS.Timeout>();
	readonly #onElapsed: (names: readonly string[]) => void;
	#due: string[] = [];

	/** @param onElapsed told all that are due at one moment together: hundreds that started together settle together */
	constructor(onElapsed: (names: readonly string[]) => void) {
		this.#onElapsed = onElapsed;
	}

	/** @param now monotonic milliseconds */
	arm(instance: Instance, before: Instance | undefined, now: number): void {
		const deadline = deadlineOf(instance);
		const isArmed = this.#timers.has(instance.name);
		if (isArmed && before !== undefined && deadlineOf(before) === deadline) return;
		this.disarm(instance.name);
		if (deadline === null) return;
		this.#wait(instance.name, deadline, now);
	}

	disarm(name: string): void {
		clearTimeout(this.#timers.get(name));
		this.#timers.delete(name);
	}

	close(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
		this.#due = [];
	}

	#wait(name: string, deadline: number, now: number): void {
		const delay = Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(deadline - now)));
		this.#timers.set(
			name,
			setTimeout(() => this.#elapsed(name, deadline), delay),
		);
	}

	#elapsed(name: string, deadline: number): void {
		this.#timers.delete(name);
		// The platform counts from when its loop last looked at the clock, so a timer can fire some milliseconds early.
		const now = monotonicNow();
		if (now < deadline) this.#wait(name, deadline, now);
		else this.#collect(name);
	}

	#collect(name: string): void {
		if (this.#due.push(name) > 1) return;
		setImmediate(() => this.#onElapsed(this.#due.splice(0)));
	}
}
