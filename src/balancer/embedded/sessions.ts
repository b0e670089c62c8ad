/** One request, or upgraded connection, that is under way with a backend. */
export interface Session {
	/** Ends it now. */
	end(): void;
	isCut: boolean;
	/** Where it is kept among its backend's sessions, which set it. */
	place: number;
}

/**
 * The sessions of a backend, in no order. A `Set` would make room for them by new tables, each of which is reached from
 * the one before: what has ended would stay in memory until the old heap is collected, requests and all.
 */
export class Sessions implements Iterable<Session> {
	readonly #all: Session[] = [];

	get size(): number {
		return this.#all.length;
	}

	add(session: Session): void {
		session.place = this.#all.push(session) - 1;
	}

	/** Does nothing where it is not among them. */
	delete(session: Session): void {
		if (this.#all[session.place] !== session) return;
		const last = this.#all.pop()!;
		if (last === session) return;
		this.#all[session.place] = last;
		last.place = session.place;
	}

	[Symbol.iterator](): Iterator<Session> {
		return this.#all.values();
	}
}
