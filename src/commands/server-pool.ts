import type { ServerDefinition } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { StackSource } from '../server/stack-source.ts';
import type { BalancingOf } from '../session/balanced-server.ts';
import type { WatchBalancer } from '../session/balancer-watch.ts';
import type { ServerPool } from '../session/console-roster.ts';
import type { Globals } from './globals.ts';
import { balancerOf } from './open-balancer.ts';
import { type Opening, openServer } from './open-server.ts';

/** The servers that a console opens while it runs. */
export interface OwnedServers extends ServerPool {
	/**
	 * Opens a server of a stack that the files do not tell of yet.
	 * @param source the stack with the server in it
	 */
	openBy(source: StackSource, definition: ServerDefinition): Promise<Server>;
	readonly watchBalancer: WatchBalancer;
	readonly balancingOf: BalancingOf;
	/** Closes those that are still open. */
	closeAll(): Promise<void>;
}

export function serverPool(globals: Globals, files: StackSource, opening: Opening): OwnedServers {
	const opened = new Set<Server>();
	const traffic = balancerOf(files, opening.asker);
	const openBy = async (source: StackSource, definition: ServerDefinition) => {
		const server = traffic.steer(await openServer(globals, source, definition, opening));
		opened.add(server);
		return server;
	};
	return {
		openBy,
		watchBalancer: traffic.watch,
		balancingOf: traffic.balancingOf,
		open: (definition) => openBy(files, definition),
		async close(server) {
			if (opened.delete(server)) await server.close();
		},
		async closeAll() {
			const left = [...opened];
			opened.clear();
			await Promise.all(left.map((server) => server.close()));
			await traffic.close();
		},
	};
}
