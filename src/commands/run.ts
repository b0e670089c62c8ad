import { stackEnvironment } from '../model/launch.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import type { Context } from './context.ts';
import { commandLine, runInForeground } from './foreground-command.ts';
import { openStack } from './open-stack.ts';

/** Runs one command in the foreground with the stack's environment, and returns its exit code. */
export async function run(context: Context, operands: readonly string[]): Promise<number> {
	const stack = await openStack(context.globals);
	const env = { ...stackEnvironment(stack, shellEnvironment(process.env)), PROCDECK_STACK: stack.name };
	return runInForeground(commandLine(operands, stack.shell), { cwd: stack.directory, env }, context);
}
