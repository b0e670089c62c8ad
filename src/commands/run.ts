import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { shellCommand, stackEnvironment } from '../model/launch.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import type { Stack } from '../model/stack.ts';
import type { Context } from './context.ts';
import { openStack } from './open-stack.ts';

/** What a shell returns for a command that it cannot find, or cannot run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/** Runs one command in the foreground with the stack's environment, and returns its exit code. */
export async function run({ globals, output }: Context, operands: readonly string[]): Promise<number> {
	const stack = await openStack(globals);
	const [file, ...args] = commandLine(operands, stack);
	const child = spawn(file, args, {
		cwd: stack.directory,
		env: { ...stackEnvironment(stack, shellEnvironment(process.env)), PROCDECK_STACK: stack.name },
		stdio: 'inherit',
	});
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
function commandLine(operands: readonly string[], { shell }: Stack): readonly [string, ...string[]] {
	const [first = '', ...rest] = operands;
	if (rest.length > 0) return [first, ...rest];
	return shellCommand({ shell, command: first });
}
