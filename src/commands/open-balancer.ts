import type { Balancer } from '../balancer/balancer.ts';
import { Turns } from '../files/turns.ts';
import type { HistoryEntry } from '../model/change.ts';
import type { Asker } from '../model/question.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { readOnce, type StackSource } from '../server/stack-source.ts';
import { type BalancingOf, balanced } from '../session/balanced-server.ts';
import { balancerAddresses } from '../session/balancer-addresses.ts';
import { BalancerWatch, type WatchBalancer } from '../session/balancer-watch.ts';
import { serverNamed } from '../session/choose-servers.ts';
import { terminalAsker } from './ask.ts';
import { isEmbedded } from './open-server.ts';

/** The load balancer of a stack, opened when it is first needed. */
export interface BalancerHandle {
	/** null: the stack has none. */
	open(): Promise<Balancer | null>;
	readonly watch: WatchBalancer;
	readonly balancingOf: BalancingOf;
	/** A server whose changes take care of web traffic. */
	steer(server: Server): Server;
	close(): Promise<void>;
}

/** @param asker what connections ask; null: the terminal is asked */
export function balancerOf(files: StackSource, asker: Asker | null): BalancerHandle {
	const turns = new Turns();
	let opened: { readonly server: string | null; readonly balancer: Promise<Balancer | null> } | null = null;
	const closeOpened = async () => {
		const before = opened;
		opened = null;
		await (await before?.balancer.catch(() => null))?.close();
	};
	const open = () => {
		const server = files.stack.loadBalancer?.server ?? null;
		// The stack file may name another one meanwhile.
		if (opened !== null && opened.server !== server) void closeOpened();
		opened ??= { server, balancer: openBalancer(files.stack, asker ?? terminalAsker) };
		return opened.balancer;
	};
	const balancingOf: BalancingOf = async (name) => {
		const { stack } = files;
		const { loadBalancer, servers } = stack;
		const balancer = await open();
		if (loadBalancer === null || balancer === null) return null;
		const addressOf = await balancerAddresses(stack, serverNamed(servers, loadBalancer.server), [name]);
		// Where its server was not opened, the one that this is about keeps it.
		const keeper = steered.get(loadBalancer.server) ?? steered.get(name);
		const keep = async (entry: HistoryEntry) => keeper?.note(entry).catch(() => {});
		return { balancer, address: addressOf(name), turns, keep };
	};
	const steered = new Map<string, Server>();
	const watching = new BalancerWatch(files, open);
	const watch: WatchBalancer = (listener) => watching.add(listener);
	return {
		open,
		watch,
		steer(server) {
			const { name } = server.definition;
			steered.set(name, server);
			return balanced(server, () => balancingOf(name), watch);
		},
		balancingOf,
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
	const handle = balancerOf(readOnce(stack), null);
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
