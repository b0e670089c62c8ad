import type { Asker } from '../model/question.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { StackWatch } from '../server/embedded/stack-watch.ts';
import type { Server } from '../server/server.ts';
import { readOnce, type StackSource } from '../server/stack-source.ts';
import { systemdServer } from '../server/systemd/server.ts';
import { terminalAsker } from './ask.ts';
import type { Globals } from './globals.ts';

/** A server that systemd runs, over SSH or on this machine. */
export function openRemote(source: StackSource, definition: ServerDefinition, asker: Asker | null): Server {
	return systemdServer({ source, definition, connect: connector(definition, asker ?? terminalAsker) });
}

function connector(
	{ kind, name, host, user, port }: ServerDefinition,
	asker: Asker,
): Parameters<typeof systemdServer>[0]['connect'] {
	if (kind === 'local') return async () => (await import('../link/local.ts')).openLocalLink();
	return async (signal) => {
		const { connectSsh } = await import('../link/ssh/connect.ts');
		// The name of a server without a host may be a Host of ~/.ssh/config.
		return connectSsh({ host: host ?? name, user, port }, { asker, signal });
	};
}

/** The stack for servers that are not local: as it was read, or as its files say from now on. */
export async function sourceOf(
	{ directory, procfile, environment }: Globals,
	stack: Stack,
	watchesFiles: boolean,
): Promise<{ readonly source: StackSource; readonly close: () => void }> {
	if (!watchesFiles) return { source: readOnce(stack), close: () => {} };
	const listeners = new Set<() => void>();
	const watch = await StackWatch.open({ directory, procfile, environment }, () => {
		for (const listener of listeners) listener();
	});
	const source: StackSource = {
		get stack() {
			return watch.stack;
		},
		get problems() {
			return watch.problems;
		},
		listen(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
	return { source, close: () => watch.close() };
}
