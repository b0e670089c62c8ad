/** A time by which something has to be done. It stands still while a person is asked. */
export class Deadline {
	#milliseconds: number;
	readonly #expired: () => void;
	#timer: NodeJS.Timeout | undefined;
	#pauses = 0;
	#isOver = false;

	constructor(milliseconds: number, expired: () => void) {
		this.#milliseconds = milliseconds;
		this.#expired = expired;
		this.restart();
	}

	/** Something happened: the whole time from now on. */
	restart(milliseconds: number = this.#milliseconds): void {
		this.#milliseconds = milliseconds;
		clearTimeout(this.#timer);
		if (this.#pauses === 0 && !this.#isOver) this.#timer = setTimeout(this.#expired, this.#milliseconds);
	}

	end(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
	}

	async pauseFor<T>(work: Promise<T>): Promise<T> {
		this.#pauses++;
		clearTimeout(this.#timer);
		try {
			return await work;
		} finally {
			this.#pauses--;
			this.restart();
		}
	}
}

/** Rejects with what `late` makes when `work` is not done in time. The work itself goes on. */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const expiry = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(late()), milliseconds);
	});
	try {
		return await Promise.race([work, expiry]);
	} finally {
		clearTimeout(timer);
	}
}
