import type { Link } from '../link/link.ts';
import type { Asker } from '../model/question.ts';
import type { ServerDefinition } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { StackSource } from '../server/stack-source.ts';
import { type SystemdServerOptions, systemdServer } from '../server/systemd/server.ts';
import { terminalAsker } from './ask.ts';
import type { Globals } from './globals.ts';
import { withConnectingNote } from './output/connecting.ts';
import { createOutput } from './output/output.ts';

type Connect = SystemdServerOptions['connect'];

/** A server that systemd runs, over SSH or on this machine. */
export function openRemote(source: StackSource, definition: ServerDefinition, asker: Asker): Server {
	return systemdServer({ source, definition, connect: (signal) => connectTo(definition, asker, signal) });
}

/** As {@link openRemote}, for a command: the terminal is asked, and told when connecting takes a while. */
export function openRemoteFor(globals: Globals, source: StackSource, definition: ServerDefinition): Server {
	return systemdServer({ source, definition, connect: tellingOnce(globals, definition) });
}

/** @throws ProcdeckError `unreachable` */
export async function connectTo(
	{ kind, name, host, user, port }: ServerDefinition,
	asker: Asker,
	signal: AbortSignal,
): Promise<Link> {
	if (kind === 'local') return (await import('../link/local.ts')).openLocalLink();
	const { connectSsh } = await import('../link/ssh/connect.ts');
	// The name of a server without a host may be a Host of ~/.ssh/config.
	return connectSsh({ host: host ?? name, user, port }, { asker, signal });
}

/** A connection that comes back by itself does so in silence. */
function tellingOnce(globals: Globals, definition: ServerDefinition): Connect {
	const output = createOutput(globals);
	let isFirst = true;
	return (signal) => {
		if (!isFirst) return connectTo(definition, terminalAsker, signal);
		isFirst = false;
		return withConnectingNote(output, definition.name, terminalAsker, (asker) =>
			connectTo(definition, asker, signal),
		);
	};
}
