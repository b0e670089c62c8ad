import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerObservation } from '../model/balancer.ts';
import type { StackSource } from '../server/stack-source.ts';
import { unanswered } from './balancer-now.ts';
import { keepTrying } from './keep-trying.ts';

/** null: the stack has no load balancer. */
export type BalancerListener = (observation: BalancerObservation | null) => void;

/**
 * Tells what the stack's load balancer is like as soon as that is known, and at each change, until the returned function is
 * called.
 */
export type WatchBalancer = (listener: BalancerListener) => () => void;

/** One observation of the load balancer that the stack file names at the time, for all who want to know of it. */
export class BalancerWatch {
	readonly #files: StackSource;
	readonly #open: () => Promise<Balancer | null>;
	readonly #listeners = new Set<BalancerListener>();
	/** undefined: nothing is known yet. */
	#known: BalancerObservation | null | undefined;
	/** The server of the one that is watched; undefined: it was not looked for yet. */
	#server: string | null | undefined;
	#end = new AbortController();
	#stopListening: (() => void) | null = null;

	/** @param open opens the one that the stack file names at the time */
	constructor(files: StackSource, open: () => Promise<Balancer | null>) {
		this.#files = files;
		this.#open = open;
	}

	add(listener: BalancerListener): () => void {
		this.#listeners.add(listener);
		if (this.#known !== undefined) listener(this.#known);
		if (this.#stopListening === null) {
			this.#stopListening = this.#files.listen(() => this.#follow());
			this.#follow();
		}
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#listeners.clear();
		this.#stopListening?.();
		this.#end.abort();
	}

	#follow(): void {
		const server = this.#files.stack.loadBalancer?.server ?? null;
		if (server === this.#server) return;
		this.#server = server;
		this.#end.abort();
		this.#end = new AbortController();
		if (server === null) this.#tell(null);
		else void this.#observe(server, this.#end.signal);
	}

	async #observe(server: string, end: AbortSignal): Promise<void> {
		const tell = (observation: BalancerObservation) => {
			if (!end.aborted) this.#tell(observation);
		};
		const observe = async () => (await this.#open())?.observe(tell) ?? null;
		const onFailure = (reason: string) => tell(unanswered(this.#files.stack, server, reason));
		const stop = await keepTrying(observe, onFailure, end);
		if (end.aborted) stop?.();
		else end.addEventListener('abort', () => stop?.());
	}

	#tell(observation: BalancerObservation | null): void {
		this.#known = observation;
		for (const listener of [...this.#listeners]) listener(observation);
	}
}
