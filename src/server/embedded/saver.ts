const PAUSE_MS = 50;

/** Writes one thing again and again, never twice at once, and always its newest version last. */
export class Saver {
	readonly #write: () => Promise<void>;
	readonly #onOutcome: (error: Error | null) => void;
	#timer: NodeJS.Timeout | null = null;
	#writing: Promise<void> | null = null;
	#dirty = false;
	#isAbandoned = false;

	/** @param onOutcome told the error of each write that failed, and null after one that worked */
	constructor(write: () => Promise<void>, onOutcome: (error: Error | null) => void) {
		this.#write = write;
		this.#onOutcome = onOutcome;
	}

	/** Something changed; several changes in a row become one write. */
	soon(): void {
		if (this.#isAbandoned) return;
		this.#dirty = true;
		this.#timer ??= setTimeout(() => void this.now(), PAUSE_MS);
	}

	/** Writes no more, whatever changes. */
	abandon(): void {
		this.#isAbandoned = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#dirty = false;
	}

	/** Resolves when everything changed so far is written, or could not be. */
	async now(): Promise<void> {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		while (this.#dirty || this.#writing !== null) {
			this.#writing ??= this.#writeOnce();
			await this.#writing;
		}
	}

	async #writeOnce(): Promise<void> {
		this.#dirty = false;
		try {
			await this.#write();
			this.#onOutcome(null);
		} catch (error) {
			this.#onOutcome(error as Error);
		} finally {
			this.#writing = null;
		}
	}
}
