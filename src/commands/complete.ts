import type { Command, Option } from 'commander';
import type { Stack } from '../model/stack.ts';
import type { KnownNames } from '../view/command-tree.ts';
import type { CommandRun } from './context.ts';
import type { Globals } from './globals.ts';
import { inspectedStack } from './open-stack.ts';

/**
 * Tells what comes next on a command line by its words so far; the last one is being typed and may be empty.
 * @param program the tree of verbs and flags, which is all that is offered
 */
export function completer(program: Command): CommandRun<unknown> {
	return async ({ globals, output }, words) => {
		const line = readLine(program, words);
		const candidates = candidatesOf(line);
		// The files are read only where their names are asked for.
		const isNamed = typeof candidates === 'function';
		const stack = isNamed ? await inspectedStack({ ...globals, ...line.location }) : null;
		const fitting = fittingOf(line, isNamed ? candidates(namesIn(stack)) : candidates);
		if (fitting.length > 0) output.print(fitting.join('\n'));
		return 0;
	};
}

/** As {@link completer}, with names that are known already. */
export function completions(program: Command, words: readonly string[], names: KnownNames): string[] {
	const line = readLine(program, words);
	const candidates = candidatesOf(line);
	return fittingOf(line, typeof candidates === 'function' ? candidates(names) : candidates);
}

interface Line {
	/** The verb that was named, or the program itself. */
	readonly command: Command;
	/** The option whose value is being typed. */
	readonly option: Option | undefined;
	readonly typed: string;
	/** The operands before it. */
	readonly operands: readonly string[];
	/** Values of `-C`, `--procfile` and `-e`, by the names that Globals has for them. */
	readonly location: Partial<Pick<Globals, 'directory' | 'procfile' | 'environment'>>;
}

function readLine(program: Command, words: readonly string[]): Line {
	const values: Record<string, string> = {};
	let command = program;
	let option: Option | undefined;
	const operands: string[] = [];
	for (const word of words.slice(0, -1)) {
		if (option) {
			values[option.attributeName()] = word;
			option = undefined;
			continue;
		}
		option = command.options.find((each) => takesValue(each) && (each.short === word || each.long === word));
		if (command === program) command = program.commands.find((each) => each.name() === word) ?? program;
		else if (!word.startsWith('-')) operands.push(word);
	}
	return { command, option, typed: words.at(-1) ?? '', operands, location: values };
}

function takesValue(option: Option): boolean {
	return option.required || option.optional;
}

/** What can be there at all, or how it comes from the names that are known. */
function candidatesOf({
	command,
	option,
	typed,
	operands,
}: Line): string[] | ((names: KnownNames) => string[]) {
	if (option) return TAKES_SERVER.has(option.long ?? '') ? ({ servers }) => [...servers] : [];
	if (typed.startsWith('-')) return flagsOf(command);
	if (command.parent === null) {
		return command
			.createHelp()
			.visibleCommands(command)
			.map((each) => each.name());
	}
	const { registeredArguments } = command;
	const argument = registeredArguments[operands.length] ?? registeredArguments.find((each) => each.variadic);
	const choices = argument?.argChoices ?? [];
	if (choices.length > 0) return choices;
	// The name of a server to be added is a new one.
	if (argument?.name() === 'server') return operands[0] === 'add' ? [] : ({ servers }) => [...servers];
	if (command.name() === 'env') return ({ variables }) => [...variables];
	return TAKES_TYPES.has(argument?.name() ?? '') ? (names) => operandsOf(command.name(), names) : [];
}

function fittingOf({ typed }: Line, candidates: readonly string[]): string[] {
	return candidates
		.filter((candidate) => candidate.startsWith(typed) && !isCounted(candidate, typed))
		.toSorted();
}

/** `worker=` needs a count next, not itself once more. */
function isCounted(candidate: string, typed: string): boolean {
	return candidate === typed && typed.endsWith('=');
}

const TAKES_SERVER = new Set(['--server', '--from', '--to', '--move-to']);
/** The verbs whose operands may be `worker.2` too. */
const TAKES_INSTANCES = new Set(['start', 'stop', 'restart', 'logs']);
/** The names of the operands that are process types. */
const TAKES_TYPES = new Set(['types', 'type', 'targets']);

function flagsOf(command: Command): string[] {
	return command
		.createHelp()
		.visibleOptions(command)
		.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
}

/** Names that the files tell; which instances there are they do not. */
function namesIn(stack: Stack | null): KnownNames {
	return {
		types: stack?.processTypes.map((type) => type.name) ?? [],
		instances: [],
		servers: stack?.servers.map((server) => server.name) ?? [],
		variables: Object.keys(stack?.environmentVariables ?? {}),
	};
}

function operandsOf(verb: string, { types, instances }: KnownNames): string[] {
	if (verb === 'scale') return types.map((type) => `${type}=`);
	return TAKES_INSTANCES.has(verb) ? [...types, ...instances] : [...types];
}
