import { shellEnvironment } from '../model/shell-environment.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { startConsoleSession } from '../session/console-session.ts';
import { createConsoleStore } from '../store/console-store.ts';
import { createLogBuffer } from '../store/log-buffer.ts';
import { totalsOf } from '../store/selectors.ts';
import { createTick } from '../store/tick.ts';
import { createController } from '../view/controller.ts';
import { glyphsFor } from '../view/presentation/glyphs.ts';
import { type Screen, screenSize } from './screen.ts';

const TICK_MS = 100;

export interface ConsoleOptions {
	readonly stack: Stack;
	/** The servers that the console drives, in the stack file's order. They stay open. */
	readonly servers: readonly Server[];
	/** `user@host`, for the history. */
	readonly who: string;
	readonly readOnly: boolean;
}

/**
 * Runs the console on a screen until the user leaves or the terminal goes away. Instances keep running.
 * @returns the exit code
 */
export async function openConsole(screen: Screen, options: ConsoleOptions): Promise<number> {
	const { stack, servers, who, readOnly } = options;
	const shell = shellEnvironment(process.env);
	const names = servers.map(({ definition }) => definition.name);
	const store = createConsoleStore({ stack, shell, servers: names, who, readOnly, now: Date.now() });
	const logs = createLogBuffer();
	const tick = createTick(TICK_MS);
	const session = startConsoleSession({ servers, store, logs, tick, shell });
	const controller = createController({
		store,
		logs,
		tick,
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
	if (end === 'left') process.stdout.write(farewell(totalsOf(store.getState()).running));
	return 0;
}

function farewell(running: number): string {
	const who = running === 1 ? '1 instance keeps' : `${running === 0 ? 'no' : running} instances keep`;
	return `${who} running; \`procdeck\` opens the console again\n`;
}
