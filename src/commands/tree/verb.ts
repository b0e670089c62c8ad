import { Command, type Help, InvalidArgumentError, Option } from 'commander';
import { type CommandRun, contextOf, requireChangesAllowed } from '../context.ts';
import { withPasteableErrors } from '../output/pasteable.ts';

export interface VerbSpec {
	/** With its arguments, as in `move <type>`. */
	readonly usage: string;
	readonly summary: string;
	/** What the help says beyond the summary. */
	readonly description?: string;
	readonly examples: readonly string[];
}

/** Takes a verb's exit code. */
export type Finish = (exitCode: number) => void;

/** Verbs by name; one is defined in full only when it is needed. */
export type VerbTable = Readonly<Record<string, (finish: Finish) => Command>>;

/** Defines a verb whose code is loaded when it is used. */
export function verb<Flags>(finish: Finish, spec: VerbSpec, load: () => Promise<CommandRun<Flags>>): Command {
	const [name, ...operands] = spec.usage.split(' ');
	const command = new Command(name)
		.summary(spec.summary)
		.description(spec.description ?? `${spec.summary[0]!.toUpperCase()}${spec.summary.slice(1)}.`)
		.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`)
		.action(async () => {
			const run = await load();
			const context = contextOf(command);
			const flags = command.opts<Flags & object>();
			finish(await withPasteableErrors(context, flags, () => run(context, command.args, flags as Flags)));
		});
	if (operands.length > 0) command.arguments(operands.join(' '));
	return command;
}

/** Refuses a verb that changes something where `--read-only` was given. */
export function withoutReadOnly(command: Command): Command {
	return command.hook('preAction', () => requireChangesAllowed(contextOf(command), command.name()));
}

/** Adds what every verb takes, after the verb's own options. */
export function withGlobalOptions(command: Command): Command {
	command.optionsGroup('Everywhere:');
	// `-f` is the follow of `logs` after the verb, so that it names the Procfile before the verb only.
	const procfileFlags = command.parent ? '--procfile <file>' : '-f, --procfile <file>';
	return command
		.option('-C, --directory <dir>', 'the folder of the app (only it is searched, not its parents)')
		.option(procfileFlags, 'the Procfile, relative to the folder')
		.option('-e, --environment <env>', "the stack's environment")
		.option('--json', 'the result as JSON, errors too')
		.option('--no-color', 'no colours (NO_COLOR does the same)')
		.option('-q, --quiet', 'no remarks')
		.option('--read-only', 'change nothing: the console without its changes, and no verb that makes one');
}

/** `--server S|--all` of the verbs that change one server or several. */
export function withServerChoice(command: Command): Command {
	return command.option('--server <name>', 'on this server').option('--all', 'on all servers of the stack');
}

/** `--no-wait` and `--timeout S` of the verbs that change something. */
export function withWaiting(command: Command): Command {
	return command
		.option('--no-wait', 'return when it is recorded, not when it has settled')
		.addOption(new Option('--timeout <seconds>', 'how long it may take to settle').argParser(milliseconds));
}

/** Seconds as they are typed, in milliseconds. */
export function milliseconds(text: string): number {
	return Math.round(positive(text) * 1000);
}

function positive(text: string): number {
	const value = Number(text);
	if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
	throw new InvalidArgumentError('It has to be a number over 0.');
}

/** Parses a count of at least `least`. */
export function countFrom(least: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
		throw new InvalidArgumentError(`It has to be a whole number from ${least} on.`);
	};
}

/** Lists a verb with its summary alone: `--help` of the verb has its arguments. */
export const helpStyle: Partial<Help> = {
	subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
};

function argumentTerm(argument: { name(): string; required: boolean; variadic: boolean }): string {
	const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
	return argument.required ? name : `[${name}]`;
}

export function portNumber(text: string): number {
	const port = countFrom(1)(text);
	if (port <= 65_535) return port;
	throw new InvalidArgumentError('It has to be a port, from 1 to 65535.');
}
