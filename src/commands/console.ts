import { shellEnvironment } from '../model/shell-environment.ts';
import type { Server } from '../server/server.ts';
import type { StackSource } from '../server/stack-source.ts';
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
import { additionOpener, wayTo } from './open-addition.ts';
import { pasteable } from './output/pasteable.ts';
import { type Screen, screenSize } from './screen.ts';
import type { OwnedServers } from './server-pool.ts';

const TICK_MS = 100;

export interface ConsoleOptions {
	readonly globals: Globals;
	/** The stack as its files say. */
	readonly files: StackSource;
	/** The servers that the console drives at first, in the stack file's order. */
	readonly servers: readonly Server[];
	/** Where they are from. */
	readonly pool: OwnedServers;
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
	const { globals, files, servers, pool, who, commandTree, questions } = options;
	const { stack } = files;
	const { readOnly } = globals;
	const shell = shellEnvironment(process.env);
	const names = servers.map(({ definition }) => definition.name);
	const notices = await noticesOf(globals, stack);
	const store = createConsoleStore({ stack, notices, shell, servers: names, who, readOnly, now: Date.now() });
	const logs = createLogBuffer();
	const tick = createTick(TICK_MS);
	const output = createCommandOutput();
	const verbs = verbRunner(globals, screen);
	const session = startConsoleSession({
		servers,
		files,
		pool,
		store,
		logs,
		output,
		tick,
		shell,
		verbs,
		questions,
		openAddition: additionOpener(globals, files, pool),
		wayTo,
		watchBalancer: pool.watchBalancer,
		balancingOf: pool.balancingOf,
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
	if (end === 'left') process.stdout.write(farewell(totalsOf(store.getState()).running, globals));
	return 0;
}

function farewell(running: number, globals: Globals): string {
	const who = running === 1 ? '1 instance keeps' : `${running === 0 ? 'no' : running} instances keep`;
	return pasteable(`${who} running; \`procdeck\` opens the console again\n`, globals);
}
