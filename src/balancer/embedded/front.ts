import { setTimeout as sleep } from 'node:timers/promises';
import type { Forwarder } from './forwarder.ts';
import { Listener, type Place, samePlace } from './listener.ts';

/** How often it is tried again to listen where that failed. */
const RETRY_MS = 1_000;
/** How long what is under way may take at the end. */
const LONGEST_GOODBYE_MS = 5_000;

/** Keeps a load balancer listening where it should. */
export class Front {
	readonly #forwarder: Forwarder;
	readonly #onChange: () => void;
	#listener: Listener | null = null;
	#place: Place | null = null;
	#problem: string | null = 'it does not listen yet';
	#isClosed = false;

	/** @param onChange told when `problem` changed */
	constructor(forwarder: Forwarder, onChange: () => void) {
		this.#forwarder = forwarder;
		this.#onChange = onChange;
	}

	/** Why it does not listen; null: it does. */
	get problem(): string | null {
		return this.#problem;
	}

	/** Listens there, as soon as it can. */
	async open(place: () => Place): Promise<void> {
		if (!(await this.#try(place()))) void this.#keepTrying(place);
	}

	/**
	 * Listens elsewhere once that is recorded.
	 * @throws ProcdeckError `refused`; then all is as before
	 */
	async move(place: Place, record: () => Promise<void>): Promise<void> {
		if (this.#place !== null && samePlace(this.#place, place)) return record();
		try {
			const listener = await this.#openBeside(place);
			await record().catch((error) => {
				void listener.close();
				throw error;
			});
			this.#settle(listener, place);
		} catch (error) {
			if (this.#listener === null && this.#place !== null) await this.#try(this.#place);
			throw error;
		}
	}

	/** Takes nothing in any more, and lets what is under way end for a while. */
	async close(): Promise<void> {
		this.#isClosed = true;
		const listener = this.#listener;
		if (listener === null) return;
		const cut = setTimeout(() => listener.cut(), LONGEST_GOODBYE_MS);
		await Promise.race([listener.close(), sleep(2 * LONGEST_GOODBYE_MS, null, { ref: false })]);
		clearTimeout(cut);
	}

	/** Two cannot listen on one port: where only the certificate is another one, the one before makes room. */
	#openBeside(place: Place): Promise<Listener> {
		if (this.#place?.port === place.port) {
			void this.#listener?.close();
			this.#listener = null;
		}
		return Listener.open(place, this.#forwarder);
	}

	#settle(listener: Listener, place: Place): void {
		void this.#listener?.close();
		this.#listener = listener;
		this.#place = place;
		this.#tell(null);
	}

	async #keepTrying(place: () => Place): Promise<void> {
		while (!this.#isClosed && this.#listener === null) {
			await sleep(RETRY_MS);
			if (!this.#isClosed && this.#listener === null) await this.#try(place());
		}
	}

	async #try(place: Place): Promise<boolean> {
		try {
			this.#settle(await Listener.open(place, this.#forwarder), place);
			return true;
		} catch (error) {
			this.#tell((error as Error).message);
			return false;
		}
	}

	#tell(problem: string | null): void {
		this.#problem = problem;
		this.#onChange();
	}
}
