import { randomUUID } from 'node:crypto';
import type { Change, ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import { lastUndoable } from '../model/undoable.ts';
import type { Server } from '../server/server.ts';
import { failedRows } from './fan-out.ts';

/**
 * Takes back the last change of `options.who` that is not taken back yet, on all servers that it touched. Where
 * somebody else has changed the same since, nothing is touched and the rows say `conflict`.
 * @returns no row where there is nothing to take back
 */
export async function undo(
	servers: readonly Server[],
	observations: readonly ServerObservation[],
	options: Omit<ChangeOptions, 'changeId'>,
): Promise<ChangeRow[]> {
	const entries = lastUndoable(
		observations.flatMap((observation) => observation.history),
		options.who,
	);
	const [first] = entries;
	if (!first) return [];
	const conflicts = entries.flatMap((entry) => conflictRow(entry, observations));
	if (conflicts.length > 0) return conflicts;

	const undoing: ChangeOptions = {
		...options,
		changeId: randomUUID(),
		historyVerb: 'undo',
		undoes: first.changeId,
	};
	const rows: ChangeRow[] = [];
	for (const entry of entries.toReversed()) rows.push(...(await takeBack(entry, servers, undoing)));
	return rows;
}

function conflictRow(entry: HistoryEntry, observations: readonly ServerObservation[]): ChangeRow[] {
	const observation = observations.find((each) => each.name === entry.server);
	const now = observation ? whatMoved(entry, observation) : null;
	if (now === null) return [];
	return [rowFor(entry, { outcome: 'failed', code: 'conflict', reason: `changed since: ${now}` })];
}

/** How a type differs from how the entry left it; null: it does not. */
function whatMoved(entry: HistoryEntry, observation: ServerObservation): string | null {
	const type = observation.types.find((each) => each.type === entry.type);
	if (!type) return `${entry.type} is gone`;
	switch (entry.verb) {
		case 'pause':
			return type.paused === entry.from ? null : `${type.type} is ${type.wanted} and not paused`;
		case 'stop':
			return isStopped(entry, observation) ? null : `${entry.instance ?? type.type} was started`;
		default:
			return type.wanted === entry.to ? null : `${type.type} is ${type.wanted}, not ${entry.to}`;
	}
}

function isStopped(entry: HistoryEntry, observation: ServerObservation): boolean {
	if (entry.instance === undefined) {
		return observation.types.some((type) => type.type === entry.type && type.stopped);
	}
	const instance = observation.instances.find((each) => each.name === entry.instance);
	return instance?.state === 'stopped' || instance?.state === 'stopping';
}

async function takeBack(
	entry: HistoryEntry,
	servers: readonly Server[],
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const server = servers.find((each) => each.definition.name === entry.server);
	if (!server) {
		const reason = `${entry.server} is not a server of the stack any more`;
		return [rowFor(entry, { outcome: 'failed', code: 'unknown-server', reason })];
	}
	const change = inverse(entry);
	try {
		return await server.apply(change, options);
	} catch (error) {
		// The other servers' parts go on, and the rows tell of all of them.
		if (error instanceof ProcdeckError) return failedRows(entry.server, change, error);
		throw error;
	}
}

function inverse(entry: HistoryEntry): Change {
	const type = entry.type!;
	switch (entry.verb) {
		case 'pause':
			return { verb: 'resume', types: [type] };
		case 'stop':
			return {
				verb: 'start',
				selectors: [{ type, index: indexOf(entry.instance) }],
				formation: null,
				shell: shellEnvironment(process.env),
			};
		default:
			return { verb: 'scale', targets: [{ type, to: Number(entry.from), expected: Number(entry.to) }] };
	}
}

function indexOf(instance: string | undefined): number | null {
	return instance === undefined ? null : Number(instance.slice(instance.lastIndexOf('.') + 1));
}

function rowFor(entry: HistoryEntry, fate: Pick<ChangeRow, 'outcome' | 'code' | 'reason'>): ChangeRow {
	const { server, type, instance, from, to } = entry;
	return { server, type, ...(instance && { instance }), from: to, to: from, ...fate };
}
