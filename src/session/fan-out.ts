import type { Change, ChangeOptions, ChangeRow, ProgressListener, Selector } from '../model/change.ts';
import { exitCodeOf, ProcdeckError } from '../model/errors.ts';
import { servingWord } from '../model/serving.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { applyExplained } from './explain.ts';

/** The same change for every server, or for each its own. */
export type ChangeFor = Change | ((server: Server) => Change);

/**
 * Carries out one change on several servers at the same time. A server that fails has rows that say so, and the others
 * go on.
 * @param onRows told of the rows of each server as soon as they are there
 * @throws ProcdeckError when nothing was attempted anywhere: the only server, or all of them by bad input, refused.
 */
export async function applyToAll(
	servers: readonly Server[],
	change: ChangeFor,
	options: ChangeOptions,
	onRows: (rows: readonly ChangeRow[]) => void = () => {},
): Promise<ChangeRow[]> {
	const progress = sumProgress(options.onProgress, servers.length > 1);
	const changeOf = (server: Server) => (typeof change === 'function' ? change(server) : change);
	const results = await Promise.allSettled(
		servers.map(async (server) => {
			const onProgress = progress(server.definition.name);
			const rows = await applyExplained(server, changeOf(server), { ...options, onProgress });
			onRows(rows);
			return rows;
		}),
	);
	const errors = results.flatMap((result) => (result.status === 'rejected' ? [asError(result.reason)] : []));
	const [first] = errors;
	if (first && errors.length === servers.length && (errors.length === 1 || errors.every(isBadInput)))
		throw asOne(first, errors);
	return results.flatMap((result, position) =>
		result.status === 'fulfilled'
			? result.value
			: failedRows(servers[position]!.definition.name, changeOf(servers[position]!), asError(result.reason)),
	);
}

/** An error that a server threw; anything but a ProcdeckError is a bug and goes up as it is. */
function asError(reason: unknown): ProcdeckError {
	if (reason instanceof ProcdeckError) return reason;
	throw reason;
}

/** Servers may refuse the same for reasons of their own. */
function asOne(first: ProcdeckError, errors: readonly ProcdeckError[]): ProcdeckError {
	const messages = new Set(errors.map(({ message }) => message));
	if (messages.size === 1) return first;
	return new ProcdeckError(first.code, [...messages].join('\n'), first.hint, { cause: first });
}

function isBadInput(error: ProcdeckError): boolean {
	return exitCodeOf(error.code) === 2;
}

/** The rows of a server where the change was not attempted. */
export function failedRows(server: string, change: Change, error: ProcdeckError): ChangeRow[] {
	const outcome = error.code === 'unreachable' ? 'unreachable' : 'failed';
	return rowsOf(change).map((row) => ({
		server,
		from: null,
		...row,
		outcome,
		reason: error.message,
		code: error.code,
	}));
}

type RowTarget = Pick<ChangeRow, 'type' | 'instance' | 'to'>;

function rowsOf(change: Change): RowTarget[] {
	const rows = namedIn(change);
	return rows.length > 0 ? rows : [{ type: null, to: null }];
}

function namedIn(change: Change): RowTarget[] {
	switch (change.verb) {
		case 'scale':
			return change.targets.map((target) => ({ type: target.type, to: 'to' in target ? target.to : null }));
		case 'start':
		case 'stop':
		case 'restart':
			return change.selectors.map(selectedRow);
		case 'pause':
		case 'resume':
			return change.types.map((type) => ({ type, to: null }));
		case 'serve':
			return [{ type: WEB_TYPE, to: servingWord(change.on) }];
		case 'surge':
			return [{ type: change.type, to: null }];
		case 'down':
			return [];
	}
}

function selectedRow({ type, index }: Selector): RowTarget {
	return index === null ? { type, to: null } : { type, instance: `${type}.${index}`, to: null };
}

interface ServerProgress {
	settled: number;
	total: number;
	/** With the server before them where there are several. */
	current: readonly string[];
}

/** A listener per server whose numbers are told as one sum. */
function sumProgress(
	listener: ProgressListener | undefined,
	namesServers: boolean,
): (server: string) => ProgressListener | undefined {
	if (!listener) return () => undefined;
	const parts: ServerProgress[] = [];
	return (server) => {
		const part: ServerProgress = { settled: 0, total: 0, current: [] };
		parts.push(part);
		return (settled, total, current = []) => {
			const named = namesServers ? current.map((name) => `${server}/${name}`) : current;
			Object.assign(part, { settled, total, current: named });
			listener(
				parts.reduce((sum, each) => sum + each.settled, 0),
				parts.reduce((sum, each) => sum + each.total, 0),
				parts.flatMap((each) => each.current),
			);
		};
	};
}
