/** Does what has the same name one after another, and everything else side by side. */
export class Turns {
	readonly #last = new Map<string, Promise<void>>();

	take<T>(name: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.#last.get(name) ?? Promise.resolve()).then(work);
		const over = turn.then(
			() => {},
			() => {},
		);
		this.#last.set(name, over);
		void over.then(() => {
			if (this.#last.get(name) === over) this.#last.delete(name);
		});
		return turn;
	}
}
