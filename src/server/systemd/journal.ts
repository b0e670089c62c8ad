import type { Selector } from '../../model/change.ts';
import type { LogQuery } from '../server.ts';
import type { Layout } from './layout.ts';
import { sliceName } from './names.ts';

/** What is asked of the journal. */
export interface JournalQuery extends LogQuery {
	/** Go on behind the entry that this names. */
	readonly afterCursor?: string;
}

/** A line of an instance as the journal has it. */
export interface JournalEntry {
	readonly cursor: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** `worker.2` */
	readonly instance: string;
	readonly text: string;
}

const FIELDS = 'MESSAGE,SYSLOG_IDENTIFIER';

/** The command that prints an instance's lines, each as an object on a line of its own. */
export function journalCommand(
	access: readonly string[],
	layout: Layout,
	query: JournalQuery,
): [string, ...string[]] {
	const [file = '', ...args] = access;
	return [
		file,
		...args,
		...(layout.scope === 'user' ? ['--user'] : []),
		'--quiet',
		'--no-pager',
		'--output=json',
		// Without it, long and odd messages are null.
		'--all',
		`--output-fields=${FIELDS}`,
		...rangeArguments(query),
		...matches(layout, query.selectors),
	];
}

function rangeArguments({ follow, lines, since, afterCursor }: JournalQuery): string[] {
	const followed = follow ? ['--follow'] : [];
	const from =
		afterCursor !== undefined
			? [`--after-cursor=${afterCursor}`]
			: since === null
				? []
				: [`--since=@${(since / 1000).toFixed(3)}`];
	return [...followed, ...from, `--lines=${lines ?? 'all'}`];
}

/** A match on a field also finds what is started later, which a match on units would not. */
function matches(layout: Layout, selectors: readonly Selector[]): string[] {
	const alternatives = selectors.map(({ type, index }) => [
		...typeMatch(layout, type),
		...(index === null ? [] : [`SYSLOG_IDENTIFIER=${type}.${index}`]),
	]);
	const [first = [stackMatch(layout), '_TRANSPORT=stdout'], ...others] = alternatives;
	return [...first, ...others.flatMap((each) => ['+', ...each])];
}

/** A user's systemd adds no fields of ours to what its units log. */
function typeMatch(layout: Layout, type: string): string[] {
	if (layout.scope === 'user') return [`_SYSTEMD_USER_SLICE=${sliceName(layout.prefix, type)}`];
	return [stackMatch(layout), `PROCDECK_TYPE=${type}`];
}

function stackMatch({ prefix }: Layout): string {
	return `PROCDECK_STACK=${prefix}`;
}

/** @returns null for what is no line of an instance */
export function parseEntry(line: string): JournalEntry | null {
	let fields: Record<string, unknown>;
	try {
		fields = JSON.parse(line) as Record<string, unknown>;
	} catch {
		return null;
	}
	const { __CURSOR: cursor, __REALTIME_TIMESTAMP: micros, SYSLOG_IDENTIFIER: instance } = fields;
	if (typeof cursor !== 'string' || typeof instance !== 'string') return null;
	return { cursor, at: Number(micros) / 1000, instance, text: messageText(fields.MESSAGE) };
}

/** What is not UTF-8 comes as numbers. */
function messageText(message: unknown): string {
	if (typeof message === 'string') return message;
	return Array.isArray(message) ? Buffer.from(message as number[]).toString() : '';
}
