import { ProcdeckError } from '../model/errors.ts';
import { knownTypes, parseScaleTargets, parseSelectors } from '../model/formation-arguments.ts';
import { didYouMean } from '../model/suggest.ts';
import type { Intent } from '../store/intent.ts';
import { typeNames } from '../store/selectors.ts';
import { openLogs } from './actions/log-view.ts';
import { planFor } from './plans.ts';
import { selectedServer } from './selection.ts';
import { ask, type Context, type Step, show } from './steps.ts';

/** What a typed command means: something for the session, something for the view, or what is wrong with it. */
export type ParsedCommand =
	| { readonly intents: readonly Intent[] }
	| { readonly step: (context: Context) => Step }
	| { readonly error: string };

/** The words of a command, its flags apart. */
interface Words {
	readonly verb: string;
	readonly words: readonly string[];
	/** `--server web1` and `--server=web1`; a flag without a value is `''`. */
	readonly flags: ReadonlyMap<string, string>;
}

const WITH_VALUE: ReadonlySet<string> = new Set(['--server', '--from', '--to', '--count']);

function splitWords(line: string): Words {
	const [verb = '', ...rest] = line.trim().split(/\s+/);
	const words: string[] = [];
	const flags = new Map<string, string>();
	for (let at = 0; at < rest.length; at += 1) {
		const word = rest[at]!;
		const [flag = '', value] = word.split('=', 2);
		if (!word.startsWith('--')) words.push(word);
		else if (value !== undefined) flags.set(flag, value);
		else if (WITH_VALUE.has(flag)) flags.set(flag, rest[++at] ?? '');
		else flags.set(flag, '');
	}
	return { verb, words, flags };
}

function usage(message: string): ProcdeckError {
	return new ProcdeckError('usage', message);
}

function refuseFlags(flags: Words['flags'], allowed: readonly string[]): void {
	for (const flag of flags.keys()) if (!allowed.includes(flag)) throw usage(`${flag} means nothing here`);
}

function serverFlag({ flags }: Words, flag: string, { model }: Context): string {
	const name = flags.get(flag) ?? '';
	const names = model.state.servers.map((server) => server.name);
	if (!names.includes(name)) {
		throw new ProcdeckError(
			'unknown-server',
			`there is no server ${JSON.stringify(name)}${didYouMean(name, names)}`,
		);
	}
	return name;
}

/** The servers that a command is about: all, the one named, or the one under the cursor. */
function serversOf(words: Words, context: Context): readonly string[] {
	if (words.flags.has('--all')) return context.model.state.servers.map(({ name }) => name);
	if (words.flags.has('--server')) return [serverFlag(words, '--server', context)];
	const server = selectedServer(context.model, context.ui);
	return server === null ? [] : [server.name];
}

function known({ model }: Context) {
	return knownTypes(model.state.stack, typeNames(model.state));
}

const SERVER_FLAGS = ['--server', '--all'];

function parseScale(words: Words, context: Context): Intent[] {
	refuseFlags(words.flags, SERVER_FLAGS);
	if (words.words.length === 0) throw usage('scale TYPE=N, TYPE+N or TYPE-N');
	const targets = parseScaleTargets(words.words, known(context));
	const intents = serversOf(words, context).flatMap((server) =>
		targets.map((target): Intent => {
			const { type } = target;
			return 'to' in target
				? { kind: 'set-count', server, type, to: target.to }
				: { kind: 'scale', server, type, by: target.by };
		}),
	);
	const asking = intents.find((intent) => planFor(context.model.state, intent) !== null);
	if (intents.length > 1 && asking !== undefined)
		throw usage('what leaves none running is asked one at a time');
	return intents;
}

function parseRestart(words: Words, context: Context): Intent[] {
	refuseFlags(words.flags, [...SERVER_FLAGS, '--stale', '--at-once']);
	const staleOnly = words.flags.has('--stale');
	const atOnce = words.flags.has('--at-once');
	const selectors = parseSelectors(words.words, known(context));
	return [{ kind: 'restart', servers: serversOf(words, context), selectors, staleOnly, atOnce }];
}

function parseStop(kind: 'start' | 'stop'): (words: Words, context: Context) => Intent[] {
	return (words, context) => {
		refuseFlags(words.flags, SERVER_FLAGS);
		return [
			{ kind, servers: serversOf(words, context), selectors: parseSelectors(words.words, known(context)) },
		];
	};
}

function parsePause(kind: 'pause' | 'resume'): (words: Words, context: Context) => Intent[] {
	return (words, context) => {
		refuseFlags(words.flags, SERVER_FLAGS);
		const types = parseSelectors(words.words, known(context)).map(({ type, index }) => {
			if (index !== null) throw usage(`${kind} takes process types, not ${type}.${index}`);
			return type;
		});
		return [{ kind, servers: serversOf(words, context), types }];
	};
}

function parseMove(words: Words, context: Context): Intent[] {
	refuseFlags(words.flags, ['--from', '--to', '--count']);
	const [selector, ...more] = parseSelectors(words.words, known(context));
	if (selector === undefined || selector.index !== null || more.length > 0)
		throw usage('move TYPE --to SERVER');
	if (!words.flags.has('--to')) throw usage('--to SERVER is missing');
	const here = selectedServer(context.model, context.ui)?.name ?? '';
	const from = words.flags.has('--from') ? serverFlag(words, '--from', context) : here;
	const to = serverFlag(words, '--to', context);
	if (from === to) throw usage(`${selector.type} is on ${to} already`);
	const count = words.flags.get('--count');
	if (count !== undefined && !/^[1-9]\d{0,8}$/.test(count))
		throw usage('--count takes a whole number from 1 on');
	return [{ kind: 'move', type: selector.type, from, to, count: count === undefined ? null : Number(count) }];
}

function parseLogs(words: Words, context: Context): (context: Context) => Step {
	refuseFlags(words.flags, ['--server']);
	const [selector, ...more] = parseSelectors(words.words, known(context));
	if (more.length > 0) throw usage('one process type or instance at a time');
	const server = words.flags.has('--server') ? serverFlag(words, '--server', context) : null;
	return (at) => {
		if (selector === undefined && server === null) return openLogs(at);
		const scope = { server, type: selector?.type ?? null, index: selector?.index ?? null };
		return show({ ...at.ui, page: 'logs', logs: { ...at.ui.logs, scope, paused: null, left: 0 } });
	};
}

const CHANGES: Readonly<Record<string, (words: Words, context: Context) => Intent[]>> = {
	scale: parseScale,
	restart: parseRestart,
	stop: parseStop('stop'),
	start: parseStop('start'),
	pause: parsePause('pause'),
	resume: parsePause('resume'),
	move: parseMove,
	undo: () => [{ kind: 'undo' }],
};

const VIEWS: Readonly<Record<string, (words: Words, context: Context) => (context: Context) => Step>> = {
	logs: parseLogs,
	help: () => (at) => show({ ...at.ui, sheet: { kind: 'help', all: true, top: 0 } }),
	quit: () => (at) => ask(at.ui, { kind: 'quit' }),
	q: () => (at) => ask(at.ui, { kind: 'quit' }),
};

/** The verbs that `:` takes. */
export const COMMAND_VERBS: readonly string[] = [...Object.keys(CHANGES), ...Object.keys(VIEWS)];

/** Reads what was typed after `:`, a verb of the command line. Without `--server` it is about the server under the cursor. */
export function parseCommand(line: string, context: Context): ParsedCommand {
	const words = splitWords(line.trim().replace(/^procdeck\s+/, ''));
	const change = CHANGES[words.verb];
	const view = VIEWS[words.verb];
	try {
		if (change !== undefined) return { intents: change(words, context) };
		if (view !== undefined) return { step: view(words, context) };
	} catch (error) {
		if (error instanceof ProcdeckError) return { error: error.message };
		throw error;
	}
	return { error: `no command ${words.verb}${didYouMean(words.verb, COMMAND_VERBS)}` };
}
