import type { Stack } from '../../src/model/stack.ts';
import type { StackSource } from '../../src/server/stack-source.ts';
import type { ServerPool } from '../../src/session/console-roster.ts';
import type { ScriptedServer } from './scripted-server.ts';

/** A stack whose files become others when a test says so. */
export interface StackInMemory extends StackSource {
	become(stack: Stack): void;
}

export function stackInMemory(stack: Stack): StackInMemory {
	const listeners = new Set<() => void>();
	let present = stack;
	return {
		get stack() {
			return present;
		},
		problems: [],
		listen(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		become(next) {
			present = next;
			for (const listener of listeners) listener();
		},
	};
}

/** Opens servers that are there already. */
export function poolOf(servers: readonly ScriptedServer[] = []): ServerPool {
	return {
		async open({ name }) {
			const server = servers.find(({ definition }) => definition.name === name);
			if (server === undefined) throw new Error(`there is no server ${name}`);
			return server;
		},
		close: (server) => server.close(),
	};
}
