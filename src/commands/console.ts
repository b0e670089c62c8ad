import { shellEnvironment } from '../model/shell-environment.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { startConsoleSession } from '../session/console-session.ts';
import { createCommandOutput } from '../store/command-output.ts';
import { createConsoleStore } from '../store/console-store.ts';
import { createLogBuffer } from '../store/log-buffer.ts';
import type { QuestionDesk } from '../store/question-desk.ts';
import { totalsOf } from '../store/selectors.ts';
import { createTick } from '../store/tick.ts';
import type { CommandTree } from '../view/command-tree.ts';
import { createController } from '../view/controller.ts';
import { glyphsFor } from '../view/presentation/glyphs.ts';

import { verbRunner } from './console-verbs.ts';
import type { Globals } from './globals.ts';
import { noticesOf } from './notices.ts';
import { additionOpener } from './open-addition.ts';
import { pasteable } from './output/pasteable.ts';
import { type Screen, screenSize } from './screen.ts';

const TICK_MS = 100;

export interface ConsoleOptions {
	readonly stack: Stack;
	readonly globals: Globals;
	/** The servers that the console drives, in the stack file's order. They stay open. */
	readonly servers: readonly Server[];
	/** `user@host`, for the history. */
	readonly who: string;
	readonly commandTree: CommandTree;
	/** What the connections of the servers ask. */
	readonly questions: QuestionDesk;
}

/**
 * Runs the console on a screen until the user leaves or the terminal goes away. Instances keep running.
 * @returns the exit code
 */
export async function openConsole(screen: Screen, options: ConsoleOptions): Promise<number> {
	const { stack, globals, servers, who, commandTree, questions } = options;
	const { readOnly } = globals;
	const shell = shellEnvironment(process.env);
	const names = servers.map(({ definition }) => definition.name);
	const notices = await noticesOf(globals, stack);
	const store = createConsoleStore({ stack, notices, shell, servers: names, who, readOnly, now: Date.now() });
	const logs = createLogBuffer();
	const tick = createTick(TICK_MS);
	const output = createCommandOutput();
	const verbs = verbRunner(globals, screen);
	const additions = additionOpener(globals, questions.asker);
	const session = startConsoleSession({
		servers,
		store,
		logs,
		output,
		tick,
		shell,
		verbs,
		questions,
		openAddition: additions.open,
	});
	const controller = createController({
		store,
		logs,
		output,
		tick,
		questions,
		commandTree,
		dispatch: session.dispatch,
		glyphs: glyphsFor(process.env),
		theme: screen.theme,
		size: screenSize(),
	});
	const stop = () => {
		session.stop();
		controller.stop();
		tick.stop();
	};
	const end = await screen.run({ controller, left: session.left, stop });
	screen.leave();
	await additions.close();
	if (end === 'left') process.stdout.write(farewell(totalsOf(store.getState()).running, globals));
	return 0;
}

function farewell(running: number, globals: Globals): string {
	const who = running === 1 ? '1 instance keeps' : `${running === 0 ? 'no' : running} instances keep`;
	return pasteable(`${who} running; \`procdeck\` opens the console again\n`, globals);
}
