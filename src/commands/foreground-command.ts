import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { shellCommand } from '../model/launch.ts';
import type { Context } from './context.ts';

/** What a shell returns for a command that it cannot find, or cannot run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

export interface ForegroundOptions {
	readonly cwd?: string;
	readonly env: Readonly<Record<string, string>>;
}

/** Runs a command that has the terminal until it ends, and returns its exit code. */
export function runInForeground(
	[file, ...args]: readonly [string, ...string[]],
	options: ForegroundOptions,
	{ output }: Context,
): Promise<number> {
	const child = spawn(file, args, { ...options, stdio: 'inherit' });
	// The terminal sends SIGINT and SIGQUIT to both: the command decides what they mean.
	for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
	for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
	return new Promise((resolve) => {
		child.on('error', (error: NodeJS.ErrnoException) => {
			const missing = error.code === 'ENOENT';
			output.note(`procdeck: ${file}: ${missing ? 'command not found' : error.message}`);
			resolve(missing ? NOT_FOUND : NOT_RUNNABLE);
		});
		child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
	});
}

/** One word is a line for the shell; several are a program and its arguments as they stand. */
export function commandLine(operands: readonly string[], shell: string): readonly [string, ...string[]] {
	const [first = '', ...rest] = operands;
	if (rest.length > 0) return [first, ...rest];
	return shellCommand({ shell, command: first });
}
