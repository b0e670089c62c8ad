const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * How long to wait before the next attempt to connect: anything up to a bound that doubles with each failure, so that
 * many clients do not come back at one time.
 * @param random in [0, 1)
 */
export function reconnectDelay(failures: number, random: number): number {
	return random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
}

export interface ReconnectingOptions<T> {
	/** @throws Error when it cannot connect */
	readonly connect: () => Promise<T>;
	/** Told of each new connection. */
	readonly onOpen: (connection: T) => void;
	/** Told of each attempt that failed while it comes back by itself. */
	readonly onFailure: (error: Error) => void;
}

/** A connection that comes back by itself once it was lost. */
export class Reconnecting<T> {
	readonly #options: ReconnectingOptions<T>;
	#current: T | null = null;
	#opening: Promise<T> | null = null;
	#isTrying = false;
	#isClosed = false;
	readonly #awaited = new Set<(connection: T) => void>();

	constructor(options: ReconnectingOptions<T>) {
		this.#options = options;
	}

	get current(): T | null {
		return this.#current;
	}

	/** The connection there is, or a new one. */
	open(): Promise<T> {
		if (this.#current !== null) return Promise.resolve(this.#current);
		this.#opening ??= this.#connect();
		return this.#opening;
	}

	/**
	 * The connection there is, or the one that it comes back with by itself.
	 * @returns null when `signal` was aborted before
	 */
	next(signal: AbortSignal): Promise<T | null> {
		if (this.#current !== null || signal.aborted) return Promise.resolve(this.#current);
		return new Promise((resolve) => {
			const giveUp = () => {
				this.#awaited.delete(take);
				resolve(null);
			};
			const take = (connection: T) => {
				signal.removeEventListener('abort', giveUp);
				resolve(connection);
			};
			this.#awaited.add(take);
			signal.addEventListener('abort', giveUp, { once: true });
		});
	}

	/** A connection is gone. */
	lost(connection: T): void {
		if (this.#current !== connection) return;
		this.#current = null;
		void this.keepTrying(0);
	}

	/** Tries again and again, with growing waits, until there is a connection or nobody wants one. */
	async keepTrying(failures: number): Promise<void> {
		if (this.#isTrying) return;
		this.#isTrying = true;
		for (let failed = failures; ; failed++) {
			await pause(reconnectDelay(failed, Math.random()));
			if (this.#isClosed || (await this.#try())) break;
		}
		this.#isTrying = false;
	}

	/** Connects no more; returns what was there, for the caller to close. */
	async close(): Promise<T | null> {
		this.#isClosed = true;
		return this.#current ?? (await this.#opening?.catch(() => null)) ?? null;
	}

	async #try(): Promise<boolean> {
		try {
			await this.open();
			return true;
		} catch (error) {
			if (!this.#isClosed) this.#options.onFailure(error as Error);
			return false;
		}
	}

	async #connect(): Promise<T> {
		try {
			const connection = await this.#options.connect();
			this.#current = connection;
			this.#options.onOpen(connection);
			for (const take of this.#awaited) take(connection);
			this.#awaited.clear();
			return connection;
		} finally {
			this.#opening = null;
		}
	}
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
