import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { monotonicNow } from '../../linux/proc.ts';
import type { Access } from './access.ts';
import type { BalancerConnection, OwnObservation } from './protocol.ts';

/** How often one that does not run is looked for. */
const LOOK_MS = 250;
/** So long one that went away may take to be back before that is called stopped. */
const COMES_BACK_MS = 2_000;

/** Follows a load balancer through its ends and beginnings, for one listener. */
export class Following {
	readonly #access: Access;
	readonly #stop: AbortSignal;
	readonly #listener: (observation: OwnObservation) => void;
	#told: OwnObservation | null = null;
	#lostAt = Number.NEGATIVE_INFINITY;

	constructor(access: Access, stop: AbortSignal, listener: (observation: OwnObservation) => void) {
		this.#access = access;
		this.#stop = stop;
		this.#listener = listener;
	}

	/**
	 * Tells what it is like, and goes on telling until it is stopped.
	 * @throws ProcdeckError `unreachable`, `refused` when it cannot be told what it is like now
	 */
	async begin(): Promise<void> {
		const connection = await this.#look();
		void this.#goOn(connection);
	}

	async #goOn(first: BalancerConnection | null): Promise<void> {
		for (let connection = first; !this.#stop.aborted; ) {
			if (connection === null) await sleep(LOOK_MS, null, { ref: false });
			else await this.#untilLost(connection);
			if (this.#stop.aborted) return;
			connection = await this.#look().catch((error: Error) => {
				if (this.#told !== null)
					this.#tell({ ...this.#told, connection: 'unreachable', reason: error.message });
				return null;
			});
		}
	}

	async #untilLost(connection: BalancerConnection): Promise<void> {
		await connection.closed;
		this.#lostAt = monotonicNow();
	}

	/** Tells at least one observation; the connection that further ones come from, or null while it does not run. */
	async #look(): Promise<BalancerConnection | null> {
		const connection = await this.#access.connectIfRunning();
		if (connection === null) {
			this.#tell(this.#stopped());
			return null;
		}
		const end = await connection.observe(null, (observation) => this.#tell(observation));
		this.#stop.addEventListener('abort', end);
		if (this.#stop.aborted) end();
		return connection;
	}

	#stopped(): OwnObservation {
		const stopped = this.#access.observeStopped();
		const mayComeBack = stopped.configuration !== null && monotonicNow() - this.#lostAt < COMES_BACK_MS;
		if (!mayComeBack || this.#told === null) return stopped;
		const reason = 'the load balancer went away; its supervisor starts it again';
		return { ...this.#told, connection: 'connecting', reason };
	}

	#tell(observation: OwnObservation): void {
		if (this.#stop.aborted || isSame(observation, this.#told)) return;
		this.#told = observation;
		this.#listener(observation);
	}
}

function isSame(a: OwnObservation, b: OwnObservation | null): boolean {
	return isDeepStrictEqual({ ...a, asOf: '' }, b === null ? null : { ...b, asOf: '' });
}
