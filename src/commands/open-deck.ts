import type { Context } from './context.ts';
import { isDrivable, openStackOrRemains, withServers } from './open-stack.ts';
import { ps } from './ps.ts';
import { currentUser } from './who.ts';

/** Opens the console; where there is no terminal for it, shows `ps` and starts nothing. */
export async function openDeck(context: Context, options: { readonly readOnly: boolean }): Promise<number> {
	const { globals, output } = context;
	if (!process.stdout.isTTY || !process.stdin.isTTY || output.json) return ps(context, [], {});
	const { openConsole } = await import('./console.ts');
	const stack = await openStackOrRemains(globals);
	return withServers(globals, stack, stack.servers.filter(isDrivable), 'attach', (servers) =>
		openConsole({ stack, servers: [...servers], who: currentUser(), readOnly: options.readOnly }),
	);
}
