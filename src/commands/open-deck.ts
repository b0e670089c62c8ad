import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { ProcdeckError } from '../model/errors.ts';
import { themeFor } from '../view/theme.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import { findStackOrRemains } from './open-stack.ts';
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
		return (await isThereStack(globals, screen)) ? await openOn(screen, globals, allVerbs) : 0;
	} finally {
		screen.leave();
	}
}

async function openOn(screen: Screen, globals: Globals, allVerbs: () => Command): Promise<number> {
	const [
		{ openConsole },
		{ createQuestionDesk },
		{ commandTreeOf },
		{ currentUser },
		{ watchStack },
		{ serverPool },
	] = await Promise.all([
		import('./console.ts'),
		import('../store/question-desk.ts'),
		import('./command-tree.ts'),
		import('./who.ts'),
		import('./watched-stack.ts'),
		import('./server-pool.ts'),
	]);
	const commandTree = commandTreeOf(allVerbs);
	const questions = createQuestionDesk();
	const mode = globals.readOnly ? 'peek' : 'attach';
	const files = await watchStack(globals);
	const pool = serverPool(globals, files, { mode, asker: questions.asker });
	try {
		const servers = await Promise.all(files.stack.servers.map((definition) => pool.open(definition)));
		const who = currentUser();
		return await openConsole(screen, { globals, files, servers, pool, who, commandTree, questions });
	} finally {
		files.close();
		await pool.closeAll();
	}
}

/** Waits for the folder's stack: where there is no Procfile yet, a screen stays until there is one or the user leaves. */
async function isThereStack(globals: Globals, screen: Screen): Promise<boolean> {
	for (;;) {
		try {
			await findStackOrRemains(globals);
			return true;
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
		if (end === 'quit') return false;
	}
}
