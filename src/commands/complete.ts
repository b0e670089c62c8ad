import type { Command, Option } from 'commander';
import type { Stack } from '../model/stack.ts';
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
		const { typed, location } = line;
		const candidates = await candidatesFor(line, () => inspectedStack({ ...globals, ...location }));
		const fitting = candidates.filter(
			(candidate) => candidate.startsWith(typed) && !isCounted(candidate, typed),
		);
		if (fitting.length > 0) output.print(fitting.toSorted().join('\n'));
		return 0;
	};
}

interface Line {
	/** The verb that was named, or the program itself. */
	readonly command: Command;
	/** The option whose value is being typed. */
	readonly option: Option | undefined;
	readonly typed: string;
	/** Values of `-C`, `--procfile` and `-e`, by the names that Globals has for them. */
	readonly location: Partial<Pick<Globals, 'directory' | 'procfile' | 'environment'>>;
}

function readLine(program: Command, words: readonly string[]): Line {
	const values: Record<string, string> = {};
	let command = program;
	let option: Option | undefined;
	for (const word of words.slice(0, -1)) {
		if (option) {
			values[option.attributeName()] = word;
			option = undefined;
			continue;
		}
		option = command.options.find((each) => takesValue(each) && (each.short === word || each.long === word));
		if (command === program) command = program.commands.find((each) => each.name() === word) ?? program;
	}
	return { command, option, typed: words.at(-1) ?? '', location: values };
}

function takesValue(option: Option): boolean {
	return option.required || option.optional;
}

async function candidatesFor(line: Line, stack: () => Promise<Stack | null>): Promise<string[]> {
	const { command, option, typed } = line;
	if (option) return TAKES_SERVER.has(option.long ?? '') ? serverNames(await stack()) : [];
	if (typed.startsWith('-')) return flagsOf(command);
	if (command.parent === null) {
		return command
			.createHelp()
			.visibleCommands(command)
			.map((each) => each.name());
	}
	const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
	if (choices.length > 0) return choices;
	return command.registeredArguments.some((argument) => TAKES_TYPES.has(argument.name()))
		? typeNames(await stack(), command.name())
		: [];
}

/** `worker=` needs a count next, not itself once more. */
function isCounted(candidate: string, typed: string): boolean {
	return candidate === typed && typed.endsWith('=');
}

const TAKES_SERVER = new Set(['--server', '--from', '--to']);
/** The names of the operands that are process types. */
const TAKES_TYPES = new Set(['types', 'type', 'targets']);

function flagsOf(command: Command): string[] {
	return command
		.createHelp()
		.visibleOptions(command)
		.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
}

function serverNames(stack: Stack | null): string[] {
	return stack?.servers.map((server) => server.name) ?? [];
}

function typeNames(stack: Stack | null, verb: string): string[] {
	const names = stack?.processTypes.map((type) => type.name) ?? [];
	return verb === 'scale' ? names.map((name) => `${name}=`) : names;
}
