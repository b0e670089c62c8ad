import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { startCommand } from '../link/local.ts';
import { joinWords } from '../model/split-words.ts';
import { launcherPath } from '../server/embedded/launch-daemon.ts';
import type { VerbRunner } from '../session/console-verbs.ts';
import type { Asked } from '../store/question-desk.ts';
import { UNDER_CONSOLE } from './ask-console.ts';
import type { Globals } from './globals.ts';
import type { Screen } from './screen.ts';

/** The command line of a verb of this program, on the stack that the console is open on. */
function commandOf(globals: Globals, words: readonly string[]): readonly [string, ...string[]] {
	const { directory, procfile, environment, readOnly } = globals;
	return [
		process.execPath,
		launcherPath(),
		...['-C', directory],
		...(procfile === null ? [] : ['--procfile', procfile]),
		...(environment === null ? [] : ['-e', environment]),
		...(readOnly ? ['--read-only'] : []),
		'--no-color',
		...words,
	];
}

/** Waits for the command; a console that is asked to end meanwhile takes it along. */
async function inForeground(
	[file, ...args]: readonly [string, ...string[]],
	over: AbortSignal,
): Promise<number> {
	const child = spawn(file, args, { stdio: 'inherit' });
	const end = () => child.kill('SIGTERM');
	over.addEventListener('abort', end);
	const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
	over.removeEventListener('abort', end);
	return code ?? 128 + constants.signals[signal!];
}

/** Runs verbs as children of the console: the program itself, once more. */
export function verbRunner(globals: Globals, screen: Screen): VerbRunner {
	return {
		start: (words, ask) =>
			startCommand(commandOf(globals, words), {
				argv0: UNDER_CONSOLE,
				// It is this program: what it sends is what it asks.
				answer: (message) => ask(message as Asked),
			}),
		handOver: (words) =>
			screen.handOver(async (over) => {
				const exitCode = await inForeground(commandOf(globals, words), over);
				// Who leaves a shell has read what was in it.
				const wasShell = words[0] === 'ssh' && words.length === 2;
				return wasShell && exitCode === 0 ? null : `${joinWords(words)}: exit ${exitCode}`;
			}),
	};
}
