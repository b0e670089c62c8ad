import { resolve } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import { isDrivable, openStackOrRemains, withServers } from './open-stack.ts';
import { ps } from './ps.ts';
import { currentUser } from './who.ts';

/** Opens the console; where there is no terminal for it, shows `ps` and starts nothing. */
export async function openDeck(context: Context, options: { readonly readOnly: boolean }): Promise<number> {
	const { globals, output } = context;
	if (!process.stdout.isTTY || !process.stdin.isTTY || output.json) return ps(context, [], {});
	const stack = await stackOrWait(globals);
	if (stack === null) return 0;
	const { readOnly } = options;
	const { openConsole } = await import('./console.ts');
	const definitions = stack.servers.filter(isDrivable);
	return withServers(globals, stack, definitions, readOnly ? 'peek' : 'attach', (servers) =>
		openConsole({ stack, servers, who: currentUser(), readOnly }),
	);
}

/** The stack of the folder; where there is no Procfile yet, a screen stays until there is one. */
async function stackOrWait(globals: Globals): Promise<Stack | null> {
	for (;;) {
		try {
			return await openStackOrRemains(globals);
		} catch (error) {
			const isEmpty = error instanceof ProcdeckError && error.code === 'no-procfile';
			if (!isEmpty || globals.procfile !== null) throw error;
		}
		const { openEmptyState } = await import('./empty-state.ts');
		const { directory, environment } = globals;
		const end = await openEmptyState({
			directory: resolve(directory),
			environment: environment ?? 'development',
		});
		if (end === 'quit') return null;
	}
}
