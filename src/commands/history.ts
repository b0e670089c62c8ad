import { type HistoryEntry, isRecordedOnly } from '../model/change.ts';
import { subjectText } from '../model/change-text.ts';
import { withKnownOutcomes } from '../model/history-outcome.ts';
import { snapshotsOf } from '../session/snapshot.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import type { Output } from './output/output.ts';
import { type Cell, table } from './output/table.ts';
import { clock } from './output/units.ts';
import { noteUnreachable } from './output/unreachable.ts';
import { parseSince } from './since.ts';

const TITLES = ['AT', 'WHO', 'VERB', 'SERVER', 'WHAT', 'FROM', 'TO', 'OUTCOME', ''];

export interface HistoryFlags {
	readonly count?: number;
	readonly since?: string;
}

const DEFAULT_COUNT = 50;

/** Who changed what, oldest first. */
export async function history(
	context: Context,
	_operands: readonly string[],
	flags: HistoryFlags,
): Promise<number> {
	const { globals, output } = context;
	const now = new Date();
	const since = flags.since === undefined ? null : parseSince(flags.since, now);
	const stack = await openStackOrRemains(context);
	const { observations, unreachable } = await withServers(globals, stack, stack.servers, 'peek', (servers) =>
		snapshotsOf(servers, { withHistory: true }),
	);
	noteUnreachable(output, unreachable);
	const all = observations.flatMap(({ history }) => withKnownOutcomes(history, now.getTime()));
	// What is told of a removed server may be kept on several.
	const recent = [...new Map(all.map((entry) => [entry.id, entry])).values()]
		.filter(({ at }) => since === null || Date.parse(at) >= since)
		.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
	// With a time it is all since then, as `logs` has it.
	const count = flags.count ?? (since === null ? DEFAULT_COUNT : recent.length);
	const entries = recent.slice(Math.max(0, recent.length - count));
	if (output.json) output.value({ history: entries });
	else if (entries.length === 0) output.note(`nothing was changed ${since === null ? 'yet' : 'since then'}`);
	else {
		printTable(output, entries, now);
		const left = recent.length - entries.length;
		if (left > 0) output.note(`${left} earlier left out: -n N shows more`);
	}
	return 0;
}

function printTable(output: Output, entries: readonly HistoryEntry[], now: Date): void {
	output.print(
		table(
			TITLES.map((title) => ({ title })),
			entries.map((entry) => cells(entry, now)),
			output.paint,
		),
	);
}

function cells(entry: HistoryEntry, now: Date): Cell[] {
	const { at, who, verb, server, from, to, outcome, reason } = entry;
	const isRecorded = isRecordedOnly(entry);
	const failed = outcome !== null && outcome !== 'done' && outcome !== 'unchanged';
	return [
		clock(at, now),
		who,
		verb,
		server,
		subjectText(entry),
		String(from ?? '-'),
		String(to ?? '-'),
		{ text: isRecorded ? 'recorded' : (outcome ?? 'under way'), look: failed ? 'bad' : 'plain' },
		isRecorded ? '' : (reason ?? ''),
	];
}
