import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerConfiguration } from '../model/balancer.ts';
import type { Asker } from '../model/question.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { type Balancing, balanced, type WatchTraffic } from '../session/balanced-server.ts';
import { balancerAddresses } from '../session/balancer-addresses.ts';
import { serverNamed } from '../session/choose-servers.ts';
import { terminalAsker } from './ask.ts';
import { isEmbedded } from './open-server.ts';

/** The load balancer of a stack, opened when it is first needed. */
export interface BalancerHandle {
	/** null: the stack has none. */
	open(): Promise<Balancer | null>;
	/** A server whose changes take care of web traffic. */
	steer(server: Server): Server;
	close(): Promise<void>;
}

/**
 * @param stack as its files say at any moment
 * @param asker what connections ask; null: the terminal is asked
 */
export function balancerOf(stack: () => Stack, asker: Asker | null): BalancerHandle {
	let opened: { readonly server: string | null; readonly balancer: Promise<Balancer | null> } | null = null;
	const closeOpened = async () => {
		const before = opened;
		opened = null;
		await (await before?.balancer.catch(() => null))?.close();
	};
	const open = () => {
		const server = stack().loadBalancer?.server ?? null;
		// The stack file may name another one meanwhile.
		if (opened !== null && opened.server !== server) void closeOpened();
		opened ??= { server, balancer: openBalancer(stack(), asker ?? terminalAsker) };
		return opened.balancer;
	};
	const balancingOf = async (name: string): Promise<Balancing | null> => {
		const { loadBalancer, servers } = stack();
		const balancer = await open();
		if (loadBalancer === null || balancer === null) return null;
		const addressOf = await balancerAddresses(stack(), serverNamed(servers, loadBalancer.server), [name]);
		return { balancer, address: addressOf(name) };
	};
	const watching = new TrafficWatch(open);
	return {
		open,
		steer: (server) =>
			balanced(
				server,
				() => balancingOf(server.definition.name),
				(listener) => watching.add(listener),
			),
		async close() {
			watching.close();
			await closeOpened();
		},
	};
}

/** Opens the stack's load balancer for `use`, and closes it after it; null: the stack has none. */
export async function withBalancer<T>(
	stack: Stack,
	use: (balancer: Balancer | null) => Promise<T>,
): Promise<T> {
	const handle = balancerOf(() => stack, null);
	try {
		return await use(await handle.open());
	} finally {
		await handle.close();
	}
}

async function openBalancer(stack: Stack, asker: Asker): Promise<Balancer | null> {
	const { loadBalancer } = stack;
	if (loadBalancer === null) return null;
	const definition = serverNamed(stack.servers, loadBalancer.server);
	if (isEmbedded(definition)) {
		const [{ embeddedBalancer }, { statePaths }] = await Promise.all([
			import('../balancer/embedded/client.ts'),
			import('../server/embedded/paths.ts'),
		]);
		const { balancer: directory, socket } = statePaths(stack, definition.name);
		return embeddedBalancer({ server: definition.name, directory, supervisorSocket: socket.path });
	}
	const [{ haproxyBalancer }, { connectTo }] = await Promise.all([
		import('../balancer/haproxy/balancer.ts'),
		import('./open-remote.ts'),
	]);
	return haproxyBalancer({ stack, definition, connect: (signal) => connectTo(definition, asker, signal) });
}

type TrafficListener = Parameters<WatchTraffic>[0];

/** One observation of the load balancer for all who want to know who is serving. */
class TrafficWatch {
	readonly #open: () => Promise<Balancer | null>;
	readonly #listeners = new Set<TrafficListener>();
	#configuration: BalancerConfiguration | null = null;
	#stop: Promise<() => void> | null = null;

	constructor(open: () => Promise<Balancer | null>) {
		this.#open = open;
	}

	add(listener: TrafficListener): () => void {
		this.#listeners.add(listener);
		this.#stop ??= this.#watch().catch(() => () => {});
		listener(this.#configuration);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#listeners.clear();
		void this.#stop?.then((stop) => stop());
	}

	async #watch(): Promise<() => void> {
		const balancer = await this.#open();
		if (balancer === null) return () => {};
		return balancer.observe(({ configuration }) => {
			this.#configuration = configuration;
			for (const listener of this.#listeners) listener(configuration);
		});
	}
}
