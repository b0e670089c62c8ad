import { ProcdeckError } from '../../model/errors.ts';
import { quote } from '../../model/quote.ts';
import type { Context } from '../context.ts';
import type { Globals } from '../globals.ts';

/** The options that were given to say which stack, and which server of it, is meant. */
export interface Aim extends Pick<Globals, 'directory' | 'procfile' | 'environment'> {
	readonly server?: string | undefined;
}

/** The verbs that take `--server`. */
const TAKES_SERVER = [
	'boot',
	'down',
	'logs',
	'pause',
	'ps',
	'restart',
	'resume',
	'scale',
	'start',
	'stop',
	'sync',
];

/** In messages, errors and reasons a command stands in backticks, without the options that are the same for all. */
const COMMAND = /`procdeck\b([^`\n]*)`/g;

/** The text with its commands such that they mean the same stack when they are pasted into the same shell. */
export function pasteable(text: string, aim: Aim): string {
	return text.replace(COMMAND, (_, words: string) => `\`${commandLine(words.trim(), aim)}\``);
}

/**
 * A command as it has to be typed to mean the same stack.
 * @param words verb and arguments; empty: the console
 */
export function commandLine(words: string, { directory, procfile, environment, server }: Aim): string {
	const [verb = ''] = words.split(' ');
	const namesServer = server !== undefined && TAKES_SERVER.includes(verb) && !words.includes('--server');
	return [
		'procdeck',
		...(directory === '.' ? [] : ['-C', quote(directory)]),
		...(procfile === null ? [] : ['-f', quote(procfile)]),
		...(environment === null ? [] : ['-e', quote(environment)]),
		...(words === '' ? [] : [words]),
		...(namesServer ? ['--server', quote(server)] : []),
	].join(' ');
}

/** Runs a command so that the commands in its errors are pasteable. */
export async function withPasteableErrors<T>(
	{ globals }: Pick<Context, 'globals'>,
	flags: { readonly server?: unknown },
	run: () => Promise<T>,
): Promise<T> {
	try {
		return await run();
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		const aim = { ...globals, server: typeof flags.server === 'string' ? flags.server : undefined };
		const { code, message, hint } = error;
		const newHint = hint === null ? null : pasteable(hint, aim);
		throw new ProcdeckError(code, pasteable(message, aim), newHint, { cause: error });
	}
}
