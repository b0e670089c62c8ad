import { openLogs } from './actions/log-view.ts';
import { refuseFlags, refuseWords, selectorsOf, serverFlag, sortWords, type Words } from './native-verbs.ts';
import { ask, type Context, type Step, show } from './steps.ts';

type ViewStep = (context: Context) => Step;
/** null: the console has no answer of its own to these words. */
type Parse = (words: Words, context: Context) => ViewStep | null;

const FOLLOWS: ReadonlySet<string> = new Set(['-f', '--follow']);

/** The page of logs shows one type or instance, and follows; what is asked beyond that the verb itself prints. */
const parseLogs: Parse = (words, context) => {
	if ([...words.flags.keys()].some((flag) => flag !== '--server' && !FOLLOWS.has(flag))) return null;
	const [selector, ...more] = selectorsOf(words, context);
	if (more.length > 0) return null;
	const server = words.flags.has('--server') ? serverFlag(words, '--server', context) : null;
	return (at) => {
		if (selector === undefined && server === null) return openLogs(at);
		const scope = { server, type: selector?.type ?? null, index: selector?.index ?? null };
		return show({ ...at.ui, page: 'logs', logs: { ...at.ui.logs, scope, paused: null, left: 0 } });
	};
};

const openHelp: ViewStep = ({ ui }) => show({ ...ui, sheet: { kind: 'help', all: true, top: 0 } });
const quit: ViewStep = ({ ui }) => ask(ui, { kind: 'quit' });

function alone(verb: string, step: ViewStep): Parse {
	return (words) => {
		refuseWords(verb, words);
		refuseFlags(verb, words, []);
		return step;
	};
}

const VIEWS: Readonly<Record<string, Parse>> = {
	logs: parseLogs,
	help: alone('help', openHelp),
	quit: alone('quit', quit),
	q: alone('q', quit),
};

/** The verbs that show something of the console, beside those of the command line. */
export const VIEW_VERBS: readonly string[] = Object.keys(VIEWS);

/**
 * What the console shows itself for a verb; null where it does not.
 * @throws ProcdeckError for what it does not understand
 */
export function parseView(verb: string, operands: readonly string[], context: Context): ViewStep | null {
	const view = Object.hasOwn(VIEWS, verb) ? VIEWS[verb] : undefined;
	return view === undefined ? null : view(sortWords(operands), context);
}
