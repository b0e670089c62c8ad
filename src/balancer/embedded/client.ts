import type { Backend, BalancerObservation } from '../../model/balancer.ts';
import type { Balancer, BalancerSetup, Drained, DrainOptions } from '../balancer.ts';
import { Access } from './access.ts';
import { Following } from './following.ts';
import { balancerPaths } from './paths.ts';
import { EmbeddedSetup } from './setup.ts';

interface EmbeddedBalancerOptions {
	/** The name of the server that it runs on. */
	readonly server: string;
	/** The folder in that server's state which its supervisor watches. */
	readonly directory: string;
	/** The socket of that supervisor. */
	readonly supervisorSocket: string;
}

/** The load balancer of a local server, kept running by the server's supervisor. */
export function embeddedBalancer(options: EmbeddedBalancerOptions): Balancer {
	return new EmbeddedBalancer(options);
}

class EmbeddedBalancer implements Balancer {
	readonly setup: BalancerSetup;
	readonly #server: string;
	readonly #access: Access;
	readonly #closing = new AbortController();

	constructor({ server, directory, supervisorSocket }: EmbeddedBalancerOptions) {
		this.#server = server;
		this.#access = new Access(balancerPaths(directory), supervisorSocket);
		this.setup = new EmbeddedSetup(this.#access);
	}

	async observe(listener: (observation: BalancerObservation) => void): Promise<() => void> {
		const over = new AbortController();
		const stop = AbortSignal.any([over.signal, this.#closing.signal]);
		const following = new Following(this.#access, stop, (observation) =>
			listener({ ...observation, server: this.#server }),
		);
		await following.begin();
		return () => over.abort();
	}

	async setServing(server: string, serving: boolean | null, options: DrainOptions): Promise<Drained> {
		const connection = await this.#access.connect();
		const params = { server, serving, withinMs: options.withinMs };
		return connection.request('setServing', params, options.onSessions);
	}

	async setBackends(
		servers: readonly string[],
		backends: readonly Backend[],
		options: DrainOptions,
	): Promise<Drained> {
		const connection = await this.#access.connect();
		const params = { servers, backends, withinMs: options.withinMs };
		return connection.request('setBackends', params, options.onSessions);
	}

	async drain(backend: Backend, options: DrainOptions): Promise<Drained> {
		const connection = await this.#access.connect();
		return connection.request('drain', { backend, withinMs: options.withinMs }, options.onSessions);
	}

	async release(backend: Backend, { withinMs }: { readonly withinMs: number }): Promise<void> {
		const connection = await this.#access.connect();
		await connection.request('release', { backend, withinMs });
	}

	async mend(): Promise<void> {
		const connection = await this.#access.connectOrStart();
		await connection.request('mend', null);
	}

	async close(): Promise<void> {
		this.#closing.abort();
		await this.#access.close();
	}
}
