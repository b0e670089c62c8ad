import type { ChangeOptions, ChangeRow, HistoryEntry, Outcome } from '../model/change.ts';
import { freshId } from '../model/fresh-id.ts';
import type { Server } from '../server/server.ts';

type Told = Pick<ChangeRow, 'server' | 'type' | 'from' | 'to' | 'reason'> & {
	readonly outcome: Outcome | null;
};

/**
 * What the history says of something that was done with web traffic.
 * @param verb `serve`, `lb add`, `lb remove` or `lb mend`
 */
export function trafficEntry(
	verb: string,
	{ server, type, from, to, outcome, reason }: Told,
	{ who, changeId, historyVerb = verb, undoes }: Omit<ChangeOptions, 'wait' | 'timeoutMs'>,
): HistoryEntry {
	const at = new Date().toISOString();
	return {
		id: freshId(),
		changeId,
		at,
		who,
		verb: historyVerb,
		server,
		type,
		from,
		to,
		outcome,
		...(reason === null ? {} : { reason }),
		...(undoes === undefined ? {} : { undoes }),
	};
}

/** Notes what was done with web traffic in the history of the load balancer's server. What cannot be noted stops nothing. */
export async function noteTraffic(
	home: Server,
	verb: string,
	rows: readonly ChangeRow[],
	options: ChangeOptions,
): Promise<void> {
	for (const row of rows) {
		if (row.outcome !== 'unchanged') await home.note(trafficEntry(verb, row, options)).catch(() => {});
	}
}
