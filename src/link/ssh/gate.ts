/** Lets a number of tasks through at a time, in the order in which they came. */
export class Gate {
	readonly #waiting: (() => void)[] = [];
	#free: number;

	constructor(size: number) {
		this.#free = size;
	}

	/**
	 * @returns what has to be called when the task is done; calling it again does nothing
	 * @throws the signal's reason when it is aborted first
	 */
	async enter(signal?: AbortSignal): Promise<() => void> {
		signal?.throwIfAborted();
		if (this.#free > 0) this.#free--;
		else await this.#turn(signal);
		let isInside = true;
		return () => {
			if (!isInside) return;
			isInside = false;
			const next = this.#waiting.shift();
			if (next === undefined) this.#free++;
			else next();
		};
	}

	/** Waits until somebody who leaves hands over the place. */
	#turn(signal: AbortSignal | undefined): Promise<void> {
		return new Promise((resolve, reject) => {
			const enter = () => {
				signal?.removeEventListener('abort', giveUp);
				resolve();
			};
			const giveUp = () => {
				this.#waiting.splice(this.#waiting.indexOf(enter), 1);
				reject(signal?.reason);
			};
			this.#waiting.push(enter);
			signal?.addEventListener('abort', giveUp, { once: true });
		});
	}
}
