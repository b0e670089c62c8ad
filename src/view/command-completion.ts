import { typeNames } from '../store/selectors.ts';
import type { KnownNames } from './command-tree.ts';
import { NATIVE_FLAGS } from './native-verbs.ts';
import type { Context } from './steps.ts';
import { VIEW_VERBS } from './view-verbs.ts';

export interface Completion {
	/** The line with as much of its last word as is certain. */
	readonly text: string;
	/** What the last word could become, where that is not certain. */
	readonly choices: readonly string[];
}

function namesOf({ model: { state } }: Context): KnownNames {
	const instances = state.servers.flatMap(({ observation }) => observation?.instances ?? []);
	return {
		types: typeNames(state),
		instances: [...new Set(instances.map(({ name }) => name))],
		servers: state.servers.map(({ name }) => name),
		variables: Object.keys(state.stack.environmentVariables),
	};
}

function candidatesFor(words: readonly string[], context: Context): readonly string[] {
	const [verb = ''] = words;
	const typed = words.at(-1) ?? '';
	const { commandTree } = context.model;
	if (words.length === 1) {
		return [...new Set([...commandTree.verbs, ...VIEW_VERBS])].filter((name) => name.startsWith(typed));
	}
	const flags = NATIVE_FLAGS[verb];
	// Of a verb that the console answers itself it takes fewer flags.
	if (typed.startsWith('-') && flags !== undefined) {
		return [...flags, '--help'].filter((flag) => flag.startsWith(typed));
	}
	return commandTree.complete(words, namesOf(context));
}

function commonBeginning(words: readonly string[]): string {
	const [first = '', ...others] = words;
	let length = first.length;
	for (const word of others) while (!word.startsWith(first.slice(0, length))) length -= 1;
	return first.slice(0, length);
}

/** Completes the last word of a command that is being typed. */
export function completeLine(line: string, context: Context): Completion {
	const typed = /\S*$/.exec(line)?.[0] ?? '';
	const before = line.slice(0, line.length - typed.length);
	const words = [...before.split(/\s+/), typed].filter(
		(word, at, all) => word !== '' || at === all.length - 1,
	);
	if (words[0] === 'procdeck' && words.length > 1) words.shift();
	const candidates = [...candidatesFor(words, context)].sort();
	const [only] = candidates;
	if (only === undefined) return { text: line, choices: [] };
	if (candidates.length > 1) return { text: before + commonBeginning(candidates), choices: candidates };
	// A count comes next, without a blank.
	return { text: `${before}${only}${only.endsWith('=') ? '' : ' '}`, choices: [] };
}
