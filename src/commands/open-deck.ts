import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { themeFor } from '../view/theme.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import { findStackOrRemains, withServers } from './open-stack.ts';
import { enterScreen, type Screen } from './screen.ts';

/**
 * Opens the console; where there is no terminal for it, shows `ps` and starts nothing.
 * @param allVerbs the command line in full, which few sessions need
 */
export async function openDeck(context: Context, allVerbs: () => Command): Promise<number> {
	const { globals, output } = context;
	if (!process.stdout.isTTY || !process.stdin.isTTY || output.json) {
		const { ps } = await import('./ps.ts');
		return ps(context, [], {});
	}
	const theme = themeFor(globals.colour ? process.env : { ...process.env, NO_COLOR: '1' });
	// Before anything else is loaded: the user sees at once that the console opens.
	const screen = enterScreen(basename(resolve(globals.directory)), theme);
	try {
		const stack = await stackOrWait(globals, screen);
		return stack === null ? 0 : await openOn(screen, stack, globals, allVerbs);
	} finally {
		screen.leave();
	}
}

async function openOn(
	screen: Screen,
	stack: Stack,
	globals: Globals,
	allVerbs: () => Command,
): Promise<number> {
	const [{ openConsole }, { createQuestionDesk }, { commandTreeOf }, { currentUser }] = await Promise.all([
		import('./console.ts'),
		import('../store/question-desk.ts'),
		import('./command-tree.ts'),
		import('./who.ts'),
	]);
	const commandTree = commandTreeOf(allVerbs);
	const questions = createQuestionDesk();
	const mode = globals.readOnly ? 'peek' : 'attach';
	const opening = { mode, asker: questions.asker, watchesFiles: true } as const;
	const open = (servers: readonly Server[]) =>
		openConsole(screen, { stack, globals, servers, who: currentUser(), commandTree, questions });
	return withServers(globals, stack, stack.servers, opening, open);
}

/** The stack of the folder; where there is no Procfile yet, a screen stays until there is one. */
async function stackOrWait(globals: Globals, screen: Screen): Promise<Stack | null> {
	for (;;) {
		try {
			return await findStackOrRemains(globals);
		} catch (error) {
			const isEmpty = error instanceof ProcdeckError && error.code === 'no-procfile';
			if (!isEmpty || globals.procfile !== null) throw error;
		}
		const { openEmptyState } = await import('./empty-state.ts');
		const { directory, environment } = globals;
		const end = await openEmptyState(screen, {
			directory: resolve(directory),
			environment: environment ?? 'development',
		});
		if (end === 'quit') return null;
	}
}
