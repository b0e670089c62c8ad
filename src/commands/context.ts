import type { Command } from 'commander';
import { ProcdeckError } from '../model/errors.ts';
import type { Globals } from './globals.ts';
import { createOutput, type Output } from './output/output.ts';

export interface Context {
	readonly globals: Globals;
	readonly output: Output;
}

/**
 * A command: takes its operands and flags, and returns the exit code.
 * @throws ProcdeckError for the caller to print.
 */
export type CommandRun<Flags> = (
	context: Context,
	operands: readonly string[],
	flags: Flags,
) => Promise<number>;

/** @throws ProcdeckError `usage` where `--read-only` was given */
export function requireChangesAllowed({ globals }: Context, verb: string): void {
	if (globals.readOnly) throw new ProcdeckError('usage', `--read-only: ${verb} would change something`);
}

/** What was said to every command, before the verb or after it; after it counts. */
export function contextOf(command: Command): Context {
	const said: Record<string, unknown> = {};
	for (const each of [command.parent, command]) {
		for (const [name, value] of Object.entries(each?.opts() ?? {})) {
			if (each?.getOptionValueSource(name) === 'cli') said[name] = value;
		}
	}
	const text = (name: string) => (typeof said[name] === 'string' ? said[name] : null);
	const globals: Globals = {
		directory: text('directory') ?? '.',
		procfile: text('procfile'),
		environment: text('environment'),
		json: said.json === true,
		colour: said.color !== false,
		quiet: said.quiet === true,
		readOnly: said.readOnly === true,
	};
	return { globals, output: createOutput(globals) };
}
