/** Gives what has the earliest time first; of the same time, what came first. Made for few items. */
export class EarliestFirst<T> {
	/** The earliest last, where it is taken from. */
	readonly #waiting: { readonly at: number; readonly item: T }[] = [];

	add(at: number, item: T): void {
		let low = 0;
		let high = this.#waiting.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#waiting[middle]!.at > at) low = middle + 1;
			else high = middle;
		}
		this.#waiting.splice(low, 0, { at, item });
	}

	/** null when nothing is left. */
	take(): T | null {
		return this.#waiting.pop()?.item ?? null;
	}
}
