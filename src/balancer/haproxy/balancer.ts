import type { Link } from '../../link/link.ts';
import { Reconnecting } from '../../link/reconnect.ts';
import type { Backend, BalancerObservation } from '../../model/balancer.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import type { Balancer, BalancerSetup, Drained, DrainOptions } from '../balancer.ts';
import { changeBackends } from './backends-change.ts';
import { changeServing, drainBackend, forgetServer, releaseBackend } from './changes.ts';
import { mend } from './mend.ts';
import { BalancerSession } from './session.ts';
import { haproxySetup } from './setup.ts';
import { Traffic } from './traffic.ts';
import { Watcher } from './watcher.ts';

export interface HaproxyBalancerOptions {
	/** Whose load balancer it is. */
	readonly stack: Pick<Stack, 'name' | 'environment'>;
	/** The server that it runs on. */
	readonly definition: Pick<ServerDefinition, 'name' | 'scope'>;
	/**
	 * Makes a new link to that server.
	 * @throws ProcdeckError `unreachable`
	 */
	readonly connect: (signal: AbortSignal) => Promise<Link>;
}

/** A stack's own HAProxy on a server whose systemd runs it. */
export function haproxyBalancer(options: HaproxyBalancerOptions): Balancer {
	return new HaproxyBalancer(options);
}

class HaproxyBalancer implements Balancer {
	readonly setup: BalancerSetup;
	readonly #options: HaproxyBalancerOptions;
	readonly #connection: Reconnecting<BalancerSession>;
	readonly #watcher: Watcher;
	readonly #closing = new AbortController();

	constructor(options: HaproxyBalancerOptions) {
		const { name } = options.definition;
		this.#options = options;
		this.#watcher = new Watcher(name);
		this.#connection = new Reconnecting({
			connect: () => this.#connect(),
			onOpen: (session) => this.#opened(session),
			onFailure: ({ message }) => this.#watcher.disconnect(message),
		});
		this.setup = haproxySetup({
			server: name,
			session: () => this.#connection.open(),
			onChange: () => this.#watcher.refresh(),
		});
	}

	async observe(listener: (observation: BalancerObservation) => void): Promise<() => void> {
		await this.#connection.open();
		return this.#watcher.add(listener);
	}

	setServing(server: string, serving: boolean | null, options: DrainOptions): Promise<Drained> {
		return this.#change((session, traffic) =>
			serving === null
				? forgetServer(session, traffic, server, options)
				: changeServing(session, traffic, { server, isOn: serving }, options),
		);
	}

	setBackends(
		servers: readonly string[],
		backends: readonly Backend[],
		options: DrainOptions,
	): Promise<Drained> {
		return this.#change((session, traffic) =>
			changeBackends(session, traffic, { servers, backends }, options),
		);
	}

	drain(backend: Backend, options: DrainOptions): Promise<Drained> {
		return this.#change((session, traffic) => drainBackend(session, traffic, backend, options));
	}

	release(backend: Backend, { withinMs }: { readonly withinMs: number }): Promise<void> {
		return this.#change((session, traffic) => releaseBackend(session, traffic, backend, withinMs));
	}

	mend(): Promise<void> {
		return this.#change(mend);
	}

	async close(): Promise<void> {
		this.#closing.abort();
		this.#watcher.close();
		const session = await this.#connection.close();
		await session?.close();
	}

	async #change<T>(work: (session: BalancerSession, traffic: Traffic) => Promise<T>): Promise<T> {
		const session = await this.#connection.open();
		try {
			return await work(session, new Traffic(session, (state) => this.#watcher.take(state)));
		} finally {
			await this.#watcher.refresh();
		}
	}

	async #connect(): Promise<BalancerSession> {
		const { stack, definition, connect } = this.#options;
		const link = await connect(this.#closing.signal);
		try {
			return await BalancerSession.open(link, stack, definition);
		} catch (error) {
			await link.close();
			throw error;
		}
	}

	#opened(session: BalancerSession): void {
		this.#watcher.connect(session);
		void session.link.lost.then(({ message }) => {
			this.#watcher.disconnect(message);
			this.#connection.lost(session);
			void session.close();
		});
	}
}
