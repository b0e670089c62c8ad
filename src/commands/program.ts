import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ProcdeckError } from '../model/errors.ts';
import { contextOf } from './context.ts';
import { changeVerbs } from './tree/changes.ts';
import { hiddenVerbs } from './tree/hidden.ts';
import { reportVerbs } from './tree/reports.ts';
import { toolVerbs } from './tree/tools.ts';
import { type Finish, helpStyle, withGlobalOptions } from './tree/verb.ts';

const DESCRIPTION = `The terminal ops console for Procfile apps.

Without a verb it opens the console, starting a local stack that was never started.`;

/** The whole command line: every verb with its flags and help. `finish` gets the exit code of the verb that ran. */
export function createProgram(finish: Finish): Command {
	const program = new Command('procdeck')
		.description(DESCRIPTION)
		.usage('[options] [verb]')
		.version(version(), '-V, --version', 'the version')
		.option('--read-only', 'the console without changes')
		.enablePositionalOptions()
		.configureHelp(helpStyle)
		.configureOutput({ writeErr: () => {} })
		.exitOverride();
	withGlobalOptions(program);
	addVerbs(program, 'Changes:', changeVerbs(finish));
	addVerbs(program, 'Reports:', reportVerbs(finish));
	addVerbs(program, 'Around it:', toolVerbs(finish));
	addVerbs(program, 'Internal:', hiddenVerbs(finish), { hidden: true });
	return program.addHelpText('after', '\nprocdeck VERB --help explains a verb, with examples.');
}

function addVerbs(
	program: Command,
	group: string,
	verbs: Command[],
	options: { hidden?: boolean } = {},
): void {
	for (const command of verbs) {
		command.helpGroup(group).copyInheritedSettings(program);
		program.addCommand(command, options);
		withGlobalOptions(command);
	}
}

function version(): string {
	// Both src/ and dist/ are one folder below package.json; the bundle puts chunks one deeper.
	for (const above of ['../package.json', '../../package.json']) {
		try {
			return JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')).version;
		} catch {}
	}
	return 'unknown';
}

/**
 * Carries out a command line.
 * @param argv without the program itself
 * @returns the exit code
 * @throws ProcdeckError, `usage` for a command line that has no meaning
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
	let exitCode = 0;
	const program = createProgram((code) => {
		exitCode = code;
	});
	try {
		const { operands, unknown } = program.parseOptions([...argv]);
		if (operands.length === 0 && unknown.length === 0) {
			const { openDeck } = await import('./open-deck.ts');
			return await openDeck(contextOf(program), { readOnly: program.opts().readOnly === true });
		}
		await program.parseAsync(argv, { from: 'user' });
		return exitCode;
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.exitCode === 0) return 0;
		throw usageError(error, program, argv);
	}
}

function usageError(error: CommanderError, program: Command, argv: readonly string[]): ProcdeckError {
	const [message, suggestion] = error.message.replace(/^error: /, '').split('\n');
	const name = program.commands.find((command) => argv.includes(command.name()))?.name();
	const hint =
		suggestion?.replace(/^\(D(.*)\)$/, 'd$1') ?? `see procdeck ${name === undefined ? '' : `${name} `}--help`;
	return new ProcdeckError('usage', message!, procfileFlagHint(message!, name) ?? hint);
}

/** `-f` after the verb is what other tools take for the Procfile. */
function procfileFlagHint(message: string, verb: string | undefined): string | null {
	return message.includes("'-f'")
		? `name the Procfile before the verb: procdeck -f FILE ${verb ?? ''}`.trim()
		: null;
}
