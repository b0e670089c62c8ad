import type { Asker } from '../model/question.ts';
import type { ServerDefinition } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { StackSource } from '../server/stack-source.ts';
import type { Globals } from './globals.ts';

/** How servers are opened. */
export interface Opening {
	/** `peek` starts no supervisor where none is needed. */
	readonly mode: 'attach' | 'peek';
	/** What connections ask; null: the terminal is asked. */
	readonly asker: Asker | null;
}

/** A server of a stack; its supervisor or its systemd is asked only once something is wanted of it. */
export async function openServer(
	globals: Globals,
	source: StackSource,
	definition: ServerDefinition,
	{ mode, asker }: Opening,
): Promise<Server> {
	if (isEmbedded(definition)) {
		const { embeddedServer } = await import('../server/embedded/client.ts');
		const { directory, procfile, environment } = globals;
		const location = { directory, procfile, environment };
		return embeddedServer({ source, definition, location, mode });
	}
	const { openRemote, openRemoteFor } = await import('./open-remote.ts');
	return asker === null ? openRemoteFor(globals, source, definition) : openRemote(source, definition, asker);
}

/** Whether Procdeck's own supervisor runs the server's instances. */
export function isEmbedded({ supervisor }: ServerDefinition): boolean {
	return supervisor === 'embedded';
}
