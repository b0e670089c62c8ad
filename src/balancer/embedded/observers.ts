import type { OwnObservation } from './protocol.ts';

type Listener = (observation: OwnObservation) => void;

/** How often what only counts is told. */
const TICK_MS = 1_000;

/** Who watches a load balancer, and what waits for a state of it. */
export class Observers {
	readonly #observe: () => OwnObservation;
	readonly #listeners = new Set<Listener>();
	readonly #waiting = new Set<() => void>();
	#told = '';
	#timer: NodeJS.Timeout | null = null;
	#isDue = false;

	constructor(observe: () => OwnObservation) {
		this.#observe = observe;
	}

	/** Tells what it is like now, then whenever that changes; returns how to stop it. */
	add(listener: Listener): () => void {
		this.#listeners.add(listener);
		this.#timer ??= setInterval(() => this.#tell(), TICK_MS);
		listener(this.#observe());
		return () => {
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0) this.close();
		};
	}

	/** A state changed: all changes of one moment are told together. */
	soon(): void {
		if (this.#isDue) return;
		this.#isDue = true;
		setImmediate(() => {
			this.#isDue = false;
			for (const look of this.#waiting) look();
			this.#tell();
		});
	}

	/** Waits for a state; false: it did not come in time. */
	until(isSo: () => boolean, withinMs: number | null = null): Promise<boolean> {
		if (isSo()) return Promise.resolve(true);
		return new Promise((resolve) => {
			const end = () => {
				this.#waiting.delete(look);
				clearTimeout(patience);
				resolve(isSo());
			};
			const look = () => {
				if (isSo()) end();
			};
			// No clock is asked whether that is over: one that is a little behind the timer's would wait for ever.
			const patience = withinMs === null ? undefined : setTimeout(end, withinMs);
			this.#waiting.add(look);
		});
	}

	close(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
		this.#timer = null;
	}

	#tell(): void {
		if (this.#listeners.size === 0) return;
		const observation = this.#observe();
		const text = JSON.stringify({ ...observation, asOf: null });
		if (text === this.#told) return;
		this.#told = text;
		for (const listener of this.#listeners) listener(observation);
	}
}
