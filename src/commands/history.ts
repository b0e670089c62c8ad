import type { HistoryEntry } from '../model/change.ts';
import { snapshotOf } from '../session/snapshot.ts';
import type { Context } from './context.ts';
import { isDrivable, openStackOrRemains, withServers } from './open-stack.ts';
import { type Cell, table } from './output/table.ts';
import { clock } from './output/units.ts';

const TITLES = ['AT', 'WHO', 'VERB', 'SERVER', 'WHAT', 'FROM', 'TO', 'OUTCOME', ''];

/** Who changed what, oldest first. */
export async function history({ globals, output }: Context): Promise<number> {
	const stack = await openStackOrRemains(globals);
	const observations = await withServers(
		globals,
		stack,
		stack.servers.filter(isDrivable),
		'peek',
		(servers) => Promise.all(servers.map(snapshotOf)),
	);
	const entries = observations
		.flatMap((observation) => observation.history)
		.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
	if (output.json) output.value({ history: entries });
	else if (entries.length === 0) output.note('nothing was changed yet');
	else {
		const now = new Date();
		output.print(
			table(
				TITLES.map((title) => ({ title })),
				entries.map((entry) => cells(entry, now)),
				output.paint,
			),
		);
	}
	return 0;
}

function cells(entry: HistoryEntry, now: Date): Cell[] {
	const { at, who, verb, server, type, instance, from, to, outcome, reason } = entry;
	const failed = outcome !== null && outcome !== 'done' && outcome !== 'unchanged';
	return [
		clock(at, now),
		who,
		verb,
		server,
		instance ?? type ?? 'all',
		String(from ?? '-'),
		String(to ?? '-'),
		{ text: outcome ?? 'under way', look: failed ? 'bad' : 'plain' },
		reason ?? '',
	];
}
