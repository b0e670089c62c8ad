import type { Change, ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import type { UndoPlan } from '../model/undo-plan.ts';
import type { Server } from '../server/server.ts';
import { applyExplained } from './explain.ts';
import { failedRows } from './fan-out.ts';

/**
 * Takes back what is planned, on all servers that it touched. Where somebody else has changed the same since, nothing is
 * touched and the rows say `conflict`.
 * @returns no row where there is nothing to take back
 */
export async function undo(
	servers: readonly Server[],
	{ parts, conflicts }: UndoPlan,
	options: Omit<ChangeOptions, 'changeId'>,
): Promise<ChangeRow[]> {
	const [first] = parts;
	if (!first) return [];
	if (conflicts.length > 0) return conflicts.map(({ part, reason }) => conflictRow(part, reason));

	const undoing: ChangeOptions = {
		...options,
		changeId: freshId(),
		historyVerb: 'undo',
		undoes: first.changeId,
	};
	const latestFirst = parts.toReversed();
	// A move comes back where it was before it goes where it went; what else was done on several servers is apart on each.
	const lanes =
		first.verb === 'move' ? [latestFirst] : [...Map.groupBy(latestFirst, ({ server }) => server).values()];
	const rows = await Promise.all(lanes.map((lane) => takeBackInTurn(lane, servers, undoing)));
	return rows.flat();
}

async function takeBackInTurn(
	parts: readonly HistoryEntry[],
	servers: readonly Server[],
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const rows: ChangeRow[] = [];
	for (const part of parts) rows.push(...(await takeBack(part, servers, options)));
	return rows;
}

function conflictRow(part: HistoryEntry, reason: string): ChangeRow {
	const { server, type, instance, from, to } = part;
	return {
		server,
		type,
		...(instance && { instance }),
		from: to,
		to: from,
		outcome: 'failed',
		code: 'conflict',
		reason,
	};
}

async function takeBack(
	part: HistoryEntry,
	servers: readonly Server[],
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const server = servers.find((each) => each.definition.name === part.server);
	if (!server) throw new Error(`an undo was planned on ${part.server}, which was not observed`);
	const change = inverse(part);
	try {
		return await applyExplained(server, change, options);
	} catch (error) {
		// The other servers' parts go on, and the rows tell of all of them.
		if (error instanceof ProcdeckError) return failedRows(part.server, change, error);
		throw error;
	}
}

function inverse(part: HistoryEntry): Change {
	const type = part.type!;
	switch (part.verb) {
		case 'pause':
			return { verb: 'resume', types: [type] };
		case 'stop':
			return {
				verb: 'start',
				selectors: [{ type, index: indexOf(part.instance) }],
				formation: null,
				shell: shellEnvironment(process.env),
			};
		case 'serve':
			return { verb: 'serve', on: part.from === 'on', force: false, expected: part.to === 'on' };
		default:
			return { verb: 'scale', targets: [{ type, to: Number(part.from), expected: Number(part.to) }] };
	}
}

function indexOf(instance: string | undefined): number | null {
	return instance === undefined ? null : Number(instance.slice(instance.lastIndexOf('.') + 1));
}
