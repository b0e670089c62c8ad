import type { ScaleTarget, Selector } from './change.ts';
import { ProcdeckError } from './errors.ts';
import { instanceLimit } from './ports.ts';
import type { Stack } from './stack.ts';
import { didYouMean } from './suggest.ts';

/** The process types that are known, each with the most instances it can have; null: arguments may no longer name it. */
export type KnownTypes = ReadonlyMap<string, number | null>;

/**
 * @param orphans types that left the Procfile but still have instances
 * @param former types that left it and have none
 */
export function knownTypes(
	stack: Pick<Stack, 'processTypes'>,
	orphans: Iterable<string> = [],
	former: Iterable<string> = [],
): KnownTypes {
	const known = new Map<string, number | null>();
	for (const type of former) known.set(type, null);
	for (const type of orphans) known.set(type, instanceLimit(type, Number.MAX_SAFE_INTEGER));
	for (const { name, settings } of stack.processTypes)
		known.set(name, instanceLimit(name, settings.maxInstances));
	return known;
}

/**
 * Reads `TYPE=N`, `TYPE+N` and `TYPE-N`, the arguments of `scale`.
 * @throws ProcdeckError `usage`, `unknown-type` or `limit`, naming the argument.
 */
export function parseScaleTargets(args: readonly string[], known: KnownTypes): ScaleTarget[] {
	const targets = args.map((argument) => parseScaleTarget(argument, known));
	refuseRepeats(targets.map((target) => target.type));
	return targets;
}

/**
 * Reads `web=2,worker=1,all=3`, the value of `-m`: types that it does not name get the count of `all`, else 0.
 * @returns a count for every known type
 * @throws ProcdeckError `usage`, `unknown-type` or `limit`, naming the argument.
 */
export function parseFormation(text: string, known: KnownTypes): Record<string, number> {
	const entries = text.split(',').map((entry) => parseFormationEntry(entry.trim(), known));
	refuseRepeats(entries.map(([type]) => type));
	const counts = new Map(entries);
	const rest = known.has(ALL) ? 0 : (counts.get(ALL) ?? 0);
	return Object.fromEntries(
		[...known].flatMap(([type, limit]) => {
			if (limit === null) return [];
			const count = counts.get(type) ?? rest;
			if (count > limit) throw overLimit(`${ALL}=${rest}`, type, limit);
			return [[type, count]];
		}),
	);
}

/**
 * Reads `TYPE` and `TYPE.N`.
 * @throws ProcdeckError `usage`, `unknown-type` or `limit`, naming the argument.
 */
export function parseSelectors(args: readonly string[], known: KnownTypes): Selector[] {
	return args.map((argument) => {
		// Names of process types have no dot.
		const [type = '', index, ...more] = argument.split('.');
		const limit = limitOf(type, known, argument);
		if (index === undefined) return { type, index: null };
		if (more.length > 0 || !/^[1-9]\d*$/.test(index)) {
			throw new ProcdeckError('usage', `${argument}: an instance is TYPE.N with N from 1, such as ${type}.1`);
		}
		if (Number(index) > limit) throw overLimit(argument, type, limit);
		return { type, index: Number(index) };
	});
}

/** Foreman's word for the types that `-m` does not name. */
const ALL = 'all';

function parseScaleTarget(argument: string, known: KnownTypes): ScaleTarget {
	const { type, operator, count } = splitScaleArgument(argument, known);
	const limit = limitOf(type, known, argument);
	const number = parseCount(count, argument, type, limit);
	if (operator === '=') return { type, to: number, expected: null };
	return { type, by: operator === '-' ? 0 - number : number };
}

/** Names may hold `-` themselves: the last one counts, unless the whole argument is a type. */
function splitScaleArgument(
	argument: string,
	known: KnownTypes,
): { type: string; operator: string; count: string } {
	const at = [argument.indexOf('='), argument.indexOf('+'), argument.lastIndexOf('-')].find(
		(index) => index > 0,
	);
	const type = at === undefined ? argument : argument.slice(0, at);
	if (at === undefined || (known.has(argument) && !known.has(type))) {
		if (!known.has(argument)) limitOf(argument, known, argument);
		throw new ProcdeckError(
			'usage',
			`${argument}: the count is missing; write ${argument}=N, ${argument}+N or ${argument}-N`,
		);
	}
	return { type, operator: argument[at]!, count: argument.slice(at + 1) };
}

function parseFormationEntry(entry: string, known: KnownTypes): [type: string, count: number] {
	const match = /^([^=]+)=(.*)$/.exec(entry);
	if (match === null) {
		throw new ProcdeckError(
			'usage',
			`${JSON.stringify(entry)}: a formation is TYPE=N,TYPE=N, such as web=2,worker=1`,
		);
	}
	const [, type = '', count = ''] = match;
	const limit = type === ALL && !known.has(ALL) ? Number.MAX_SAFE_INTEGER : limitOf(type, known, entry);
	return [type, parseCount(count, entry, type, limit)];
}

function parseCount(text: string, argument: string, type: string, limit: number): number {
	const count = /^\d+(?:e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
	if (Number.isNaN(count)) {
		const shown = text === '' ? 'the count is missing' : `${JSON.stringify(text)} is not a count`;
		throw new ProcdeckError('usage', `${argument}: ${shown}; write a whole number, 0 or more`);
	}
	if (count > limit) throw overLimit(argument, type, limit);
	return count;
}

function limitOf(type: string, known: KnownTypes, argument: string): number {
	const limit = known.get(type);
	const where = type === argument ? '' : `${argument}: `;
	if (limit === null) {
		throw new ProcdeckError(
			'unknown-type',
			`${where}${type} has left the Procfile, and nothing of it runs`,
			'write it into the Procfile again to start it',
		);
	}
	if (limit !== undefined) return limit;
	const names = [...known.keys()].filter((name) => known.get(name) !== null);
	throw new ProcdeckError(
		'unknown-type',
		`${where}there is no process type ${JSON.stringify(type)}${didYouMean(type, names)}`,
		names.length === 0 ? null : `Process types: ${names.join(', ')}.`,
	);
}

function overLimit(argument: string, type: string, limit: number): ProcdeckError {
	return new ProcdeckError(
		'limit',
		`${argument}: ${type} can have at most ${limit} instances on a server`,
		'max_instances in procdeck.yml is the limit; web stops at 100.',
	);
}

function refuseRepeats(types: readonly string[]): void {
	const repeated = types.find((type, index) => types.indexOf(type) !== index);
	if (repeated !== undefined) throw new ProcdeckError('usage', `${repeated} is named twice`);
}
