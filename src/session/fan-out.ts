import type { Change, ChangeOptions, ChangeRow, Selector } from '../model/change.ts';
import { exitCodeOf, ProcdeckError } from '../model/errors.ts';
import type { Server } from '../server/server.ts';

/**
 * Carries out one change on several servers at the same time. A server that fails has rows that say so, and the others
 * go on.
 * @throws ProcdeckError when nothing was attempted anywhere: the only server, or all of them by bad input, refused.
 */
export async function applyToAll(
	servers: readonly Server[],
	change: Change,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const progress = sumProgress(options.onProgress);
	const results = await Promise.allSettled(
		servers.map((server) => server.apply(change, { ...options, onProgress: progress() })),
	);
	const errors = results.flatMap((result) => (result.status === 'rejected' ? [asError(result.reason)] : []));
	const [first] = errors;
	if (first && errors.length === servers.length && (errors.length === 1 || errors.every(isBadInput)))
		throw first;
	return results.flatMap((result, position) =>
		result.status === 'fulfilled'
			? result.value
			: failedRows(servers[position]!.definition.name, change, asError(result.reason)),
	);
}

/** An error that a server threw; anything but a ProcdeckError is a bug and goes up as it is. */
function asError(reason: unknown): ProcdeckError {
	if (reason instanceof ProcdeckError) return reason;
	throw reason;
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
		case 'down':
			return [];
	}
}

function selectedRow({ type, index }: Selector): RowTarget {
	return index === null ? { type, to: null } : { type, instance: `${type}.${index}`, to: null };
}

type Progress = NonNullable<ChangeOptions['onProgress']>;

/** A listener per server whose numbers are told as one sum. */
function sumProgress(listener: Progress | undefined): () => Progress | undefined {
	if (!listener) return () => undefined;
	const parts: { settled: number; total: number }[] = [];
	return () => {
		const part = { settled: 0, total: 0 };
		parts.push(part);
		return (settled, total) => {
			Object.assign(part, { settled, total });
			listener(
				parts.reduce((sum, each) => sum + each.settled, 0),
				parts.reduce((sum, each) => sum + each.total, 0),
			);
		};
	};
}
