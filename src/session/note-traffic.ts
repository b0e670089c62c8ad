import type { ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { freshId } from '../model/fresh-id.ts';
import type { Server } from '../server/server.ts';

/**
 * Notes what was done with web traffic in the history of the load balancer's server. What cannot be noted stops nothing.
 * @param verb `serve`, `lb add` or `lb remove`
 */
export async function noteTraffic(
	home: Server,
	verb: string,
	rows: readonly ChangeRow[],
	{ who, changeId }: Pick<ChangeOptions, 'who' | 'changeId'>,
): Promise<void> {
	for (const { server, type, from, to, outcome, reason } of rows) {
		if (outcome === 'unchanged') continue;
		const at = new Date().toISOString();
		const entry: HistoryEntry = { id: freshId(), changeId, at, who, verb, server, type, from, to, outcome };
		await home.note(reason === null ? entry : { ...entry, reason }).catch(() => {});
	}
}
