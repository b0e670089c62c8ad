import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ProcdeckError } from '../model/errors.ts';
import { didYouMean } from '../model/suggest.ts';
import { contextOf } from './context.ts';
import { withPasteableErrors } from './output/pasteable.ts';
import { changeVerbs } from './tree/changes.ts';
import { hiddenVerbs } from './tree/hidden.ts';
import { releaseVerbs } from './tree/releases.ts';
import { reportVerbs } from './tree/reports.ts';
import { toolVerbs } from './tree/tools.ts';
import { trafficVerbs } from './tree/traffic.ts';
import { type Finish, helpStyle, type VerbTable, withGlobalOptions, withoutReadOnly } from './tree/verb.ts';

const DESCRIPTION = `The terminal ops console for Procfile apps.

Without a verb it opens the console, starting a local stack that was never started.`;

interface VerbGroup {
	readonly title: string;
	readonly verbs: VerbTable;
	/** Whether its verbs change what runs. */
	readonly changes?: boolean;
	readonly hidden?: boolean;
}

const GROUPS: readonly VerbGroup[] = [
	{ title: 'Changes:', verbs: changeVerbs, changes: true },
	{ title: 'Web traffic:', verbs: trafficVerbs },
	{ title: 'Code:', verbs: releaseVerbs },
	{ title: 'Reports:', verbs: reportVerbs },
	{ title: 'Around it:', verbs: toolVerbs },
	{ title: 'Internal:', verbs: hiddenVerbs, hidden: true },
];

/**
 * The command line: verbs with their flags and help.
 * @param finish gets the exit code of the verb that ran
 * @param isNeeded leaves out verbs that a command line does not name: to define all costs a short command a tenth of its time
 */
export function createProgram(finish: Finish, isNeeded: (verb: string) => boolean = () => true): Command {
	const program = new Command('procdeck')
		.description(DESCRIPTION)
		.usage('[options] [verb]')
		.option('-V, --version', 'the version')
		.enablePositionalOptions()
		.configureHelp(helpStyle)
		.configureOutput({ writeErr: () => {} })
		.exitOverride();
	withGlobalOptions(program);
	for (const { title, verbs, changes = false, hidden = false } of GROUPS) {
		for (const [name, define] of Object.entries(verbs)) {
			if (!isNeeded(name)) continue;
			const command = define(finish).helpGroup(title).copyInheritedSettings(program);
			program.addCommand(command, { hidden });
			withGlobalOptions(command);
			if (changes) withoutReadOnly(command);
		}
	}
	return program.addHelpText('after', '\nprocdeck VERB --help explains a verb, with examples.');
}

const VERBS = GROUPS.flatMap(({ verbs }) => Object.keys(verbs));

/** Which verbs a command line may mean; help and completion take all of them. */
function verbsNamedIn(argv: readonly string[]): (verb: string) => boolean {
	const takesAll = ['help', '--help', '-h', 'complete'].some((word) => argv.includes(word));
	return (verb) => takesAll || argv.includes(verb);
}

async function version(): Promise<string> {
	const { launcherPath } = await import('../server/embedded/launch-daemon.ts');
	const packageFile = join(dirname(launcherPath()), '..', 'package.json');
	return JSON.parse(readFileSync(packageFile, 'utf8')).version;
}

/**
 * Carries out a command line.
 * @param argv without the program itself
 * @returns the exit code
 * @throws ProcdeckError, `usage` for a command line that has no meaning
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
	let exitCode = 0;
	const finish = (code: number) => {
		exitCode = code;
	};
	const program = createProgram(finish, verbsNamedIn(argv));
	try {
		const { operands, unknown } = program.parseOptions([...argv]);
		if (operands.length === 0 && unknown.length === 0) return await runWithoutVerb(program);
		requireVerb(operands[0] === 'help' ? operands[1] : operands[0]);
		await program.parseAsync(argv, { from: 'user' });
		return exitCode;
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.exitCode === 0) return 0;
		throw usageError(error, argv);
	}
}

async function runWithoutVerb(program: Command): Promise<number> {
	const context = contextOf(program);
	if (program.opts<{ version?: boolean }>().version) {
		context.output.print(await version());
		return 0;
	}
	const { openDeck } = await import('./open-deck.ts');
	const allVerbs = () => createProgram(() => {});
	return withPasteableErrors(context, {}, () => openDeck(context, allVerbs));
}

function requireVerb(word: string | undefined): void {
	if (word === undefined || VERBS.includes(word)) return;
	throw new ProcdeckError('usage', `unknown verb ${word}${didYouMean(word, VERBS)}`, 'see procdeck --help');
}

function usageError({ message }: CommanderError, argv: readonly string[]): ProcdeckError {
	const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
	const verb = VERBS.find((name) => argv.includes(name));
	const help = `see procdeck ${verb === undefined ? '' : `${verb} `}--help`;
	// Commander writes «(Did you mean --server?)».
	const hint = suggestion?.replace(/^\(D(.*)\)$/, 'd$1') ?? help;
	return new ProcdeckError('usage', what, procfileFlagHint(what, verb) ?? hint);
}

/** `-f` after the verb is what other tools take for the Procfile. */
function procfileFlagHint(message: string, verb: string | undefined): string | null {
	if (!message.includes("'-f'") || verb === undefined) return null;
	return `name the Procfile before the verb: procdeck -f FILE ${verb}`;
}
