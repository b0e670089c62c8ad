import { ProcdeckError } from '../model/errors.ts';
import { knownTypes, parseScaleTargets, parseSelectors } from '../model/formation-arguments.ts';
import { didYouMean } from '../model/suggest.ts';
import type { CountTarget, Intent } from '../store/intent.ts';
import { typeNames } from '../store/selectors.ts';
import { planFor } from './plans.ts';
import { selectedServer, selectedServers } from './selection.ts';
import type { Context } from './steps.ts';

/** The words of a command, its flags apart. */
export interface Words {
	readonly words: readonly string[];
	/** `--server web1` and `--server=web1`; a flag without a value is `''`. */
	readonly flags: ReadonlyMap<string, string>;
}

const WITH_VALUE: ReadonlySet<string> = new Set(['--server', '--from', '--to', '--count']);

/** Tells the flags of a verb from what it is about. */
export function sortWords(operands: readonly string[]): Words {
	const words: string[] = [];
	const flags = new Map<string, string>();
	for (let at = 0; at < operands.length; at += 1) {
		const word = operands[at]!;
		const [flag = '', value] = word.split('=', 2);
		if (!word.startsWith('-')) words.push(word);
		else if (value !== undefined) flags.set(flag, value);
		else if (WITH_VALUE.has(flag)) flags.set(flag, operands[++at] ?? '');
		else flags.set(flag, '');
	}
	return { words, flags };
}

export function usage(message: string): ProcdeckError {
	return new ProcdeckError('usage', message);
}

export function serverFlag({ flags }: Words, flag: string, context: Context): string {
	return knownServer(flags.get(flag) ?? '', context);
}

function knownServer(name: string, { model }: Context): string {
	const names = model.state.servers.map((server) => server.name);
	if (!names.includes(name)) {
		throw new ProcdeckError(
			'unknown-server',
			`there is no server ${JSON.stringify(name)}${didYouMean(name, names)}`,
		);
	}
	return name;
}

/** The servers that a command is about: all, the one named, or those under the cursor. */
function serversOf(words: Words, context: Context): readonly string[] {
	if (words.flags.has('--all')) return context.model.state.servers.map(({ name }) => name);
	if (words.flags.has('--server')) return [serverFlag(words, '--server', context)];
	return selectedServers(context.model, context.ui).map(({ name }) => name);
}

export function selectorsOf({ words }: Words, { model }: Context) {
	return parseSelectors(words, knownTypes(model.state.stack, typeNames(model.state)));
}

type Parse = (words: Words, context: Context) => Intent[];

const parseScale: Parse = (words, context) => {
	const { state } = context.model;
	const parsed = parseScaleTargets(words.words, knownTypes(state.stack, typeNames(state)));
	const targets = parsed.map((target): CountTarget => {
		const { type } = target;
		return 'to' in target ? { type, to: target.to } : { type, by: target.by };
	});
	const servers = serversOf(words, context);
	if (servers.length > 1) return [{ kind: 'scale-many', servers, targets }];
	const intents = servers.flatMap((server) =>
		targets.map(
			(target): Intent =>
				'to' in target ? { kind: 'set-count', server, ...target } : { kind: 'scale', server, ...target },
		),
	);
	const asking = intents.find((intent) => planFor(state, intent) !== null);
	if (intents.length > 1 && asking !== undefined)
		throw usage('what leaves none running is asked one at a time');
	return intents;
};

const parseRestart: Parse = (words, context) => {
	const staleOnly = words.flags.has('--stale');
	const atOnce = words.flags.has('--at-once');
	const selectors = selectorsOf(words, context);
	return [{ kind: 'restart', servers: serversOf(words, context), selectors, staleOnly, atOnce }];
};

function parseStop(kind: 'start' | 'stop'): Parse {
	return (words, context) => [
		{ kind, servers: serversOf(words, context), selectors: selectorsOf(words, context) },
	];
}

function parsePause(kind: 'pause' | 'resume'): Parse {
	return (words, context) => {
		const types = selectorsOf(words, context).map(({ type, index }) => {
			if (index !== null) throw usage(`${kind} takes process types, not ${type}.${index}`);
			return type;
		});
		return [{ kind, servers: serversOf(words, context), types }];
	};
}

const parseMove: Parse = (words, context) => {
	const [selector, ...more] = selectorsOf(words, context);
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
};

const parseServe: Parse = ({ words: [name, how, ...more], flags }, context) => {
	if (name === undefined || (how !== 'on' && how !== 'off') || more.length > 0)
		throw usage('serve SERVER on, or off');
	const server = knownServer(name, context);
	return [{ kind: 'serve', server, on: how === 'on', force: flags.has('--force') }];
};

const parseDown: Parse = (words, context) => {
	refuseWords('down', words);
	if (words.flags.has('--server') || words.flags.has('--all'))
		return [{ kind: 'down', servers: serversOf(words, context) }];
	const local = context.model.state.stack.servers.filter(({ kind }) => kind === 'local');
	if (local.length === 0) throw usage('no server is local: name one with --server, or take --all');
	return [{ kind: 'down', servers: local.map(({ name }) => name) }];
};

const parseUndo: Parse = (words) => {
	refuseWords('undo', words);
	return [{ kind: 'undo' }];
};

export function refuseWords(verb: string, { words }: Words): void {
	if (words.length > 0) throw usage(`${verb} takes no words, and here is ${words.join(' ')}`);
}

interface NativeVerb {
	readonly flags: readonly string[];
	readonly parse: Parse;
}

const WHERE = ['--server', '--all'] as const;

/** The verbs whose changes the console makes itself: it shows the plan first, and what becomes of them. */
const CHANGES: Readonly<Record<string, NativeVerb>> = {
	scale: { flags: WHERE, parse: parseScale },
	restart: { flags: [...WHERE, '--stale', '--at-once'], parse: parseRestart },
	stop: { flags: WHERE, parse: parseStop('stop') },
	start: { flags: WHERE, parse: parseStop('start') },
	pause: { flags: WHERE, parse: parsePause('pause') },
	resume: { flags: WHERE, parse: parsePause('resume') },
	move: { flags: ['--from', '--to', '--count'], parse: parseMove },
	serve: { flags: ['--force'], parse: parseServe },
	down: { flags: WHERE, parse: parseDown },
	undo: { flags: [], parse: parseUndo },
};

/** The flags that the console takes itself, by verb. */
export const NATIVE_FLAGS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
	Object.entries(CHANGES).map(([verb, { flags }]) => [verb, flags]),
);

export function refuseFlags(verb: string, { flags }: Words, allowed: readonly string[]): void {
	for (const flag of flags.keys()) {
		if (!allowed.includes(flag)) throw usage(`${flag} means nothing to ${verb} in the console`);
	}
}

/**
 * What a verb asks the session to change; null for a verb that the console does not answer itself.
 * @throws ProcdeckError for what it does not understand
 */
export function parseChange(verb: string, operands: readonly string[], context: Context): Intent[] | null {
	const native = Object.hasOwn(CHANGES, verb) ? CHANGES[verb] : undefined;
	if (native === undefined) return null;
	const words = sortWords(operands);
	refuseFlags(verb, words, native.flags);
	return native.parse(words, context);
}
