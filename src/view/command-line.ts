import { ProcdeckError } from '../model/errors.ts';
import { splitWords } from '../model/split-words.ts';
import { didYouMean } from '../model/suggest.ts';
import { variableNames } from '../model/variable-names.ts';
import type { Intent } from '../store/intent.ts';
import { READ_ONLY } from './actions/change.ts';
import { parseChange, usage } from './native-verbs.ts';
import { ask, type Context, type Step } from './steps.ts';
import type { OutputPage } from './ui.ts';
import { parseView, VIEW_VERBS } from './view-verbs.ts';

/** What a typed command means: something for the session, something for the view, or what is wrong with it. */
export type ParsedCommand =
	| { readonly intents: readonly Intent[] }
	| { readonly step: (context: Context) => Step }
	| { readonly error: string };

/** Options that are not for the verb end at `--`. */
function asksForHelp(words: readonly string[]): boolean {
	const end = words.indexOf('--');
	return words.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

/** What goes on until it is ended is looked at from its end. */
function goesOn([verb, ...words]: readonly string[]): boolean {
	return verb === 'up' || words.some((word) => ['-f', '--follow', '--watch'].includes(word));
}

/** The verbs that may want the keyboard, with what they need. */
const HANDED_OVER: Readonly<Record<string, string>> = { run: 'COMMAND', ssh: 'SERVER' };

/** Runs the verb itself, on a page of the console or, where it may want the keyboard, on the terminal. */
function runVerb(words: readonly string[], { model }: Context): (context: Context) => Step {
	const changes = !asksForHelp(words) && model.commandTree.changes(words);
	if (changes && model.state.readOnly) throw new ProcdeckError('refused', READ_ONLY);
	const needed = Object.hasOwn(HANDED_OVER, words[0] ?? '') ? HANDED_OVER[words[0] ?? ''] : undefined;
	if (needed !== undefined && !asksForHelp(words)) {
		if (words.length === 1) throw usage(`${words[0]} ${needed}`);
		return ({ ui }) => ask(ui, { kind: 'hand-over', words });
	}
	return ({ ui }) => {
		const back = ui.page === 'balancer' || ui.page === 'backends' ? 'balancer' : 'deck';
		const output: OutputPage = { top: 0, follow: goesOn(words), left: 0, search: '', back };
		return ask({ ...ui, page: 'output', output }, { kind: 'run-verb', words, changes });
	};
}

/** Before `env` is started with them, because everybody on this machine sees its arguments. */
function refuseTypedValues(operands: readonly string[]): void {
	const isOption = (word: string) => word.startsWith('--file=') || /^-[^=]*$/.test(word);
	const words = operands.filter((word, at) => !isOption(word) && operands[at - 1] !== '--file');
	variableNames('env set', words);
}

function parse([verb = '', ...operands]: readonly string[], context: Context): ParsedCommand {
	if (verb === 'help' && operands.length === 1) return parse([operands[0]!, '--help'], context);
	const line = [verb, ...operands];
	// Without targets `scale` prints the formation.
	const isReport = asksForHelp(line) || (verb === 'scale' && operands.length === 0);
	const native = isReport ? null : parseChange(verb, operands, context);
	if (native !== null) return { intents: native };
	if (verb === 'env') refuseTypedValues(operands);
	const view = isReport ? null : parseView(verb, operands, context);
	if (view !== null) return { step: view };
	const { verbs } = context.model.commandTree;
	if (verbs.includes(verb)) return { step: runVerb(line, context) };
	return { error: `no command ${verb}${didYouMean(verb, [...verbs, ...VIEW_VERBS])}` };
}

/** Reads what was typed after `:`, a verb of the command line. Without `--server` it is about the server under the cursor. */
export function parseCommand(line: string, context: Context): ParsedCommand {
	try {
		const words = splitWords(line);
		return parse(words[0] === 'procdeck' ? words.slice(1) : words, context);
	} catch (error) {
		if (error instanceof ProcdeckError) return { error: error.message };
		throw error;
	}
}
