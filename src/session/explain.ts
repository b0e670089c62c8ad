import type { Change, ChangeOptions, ChangeRow } from '../model/change.ts';
import { type LastWords, lastWords } from '../model/last-words.ts';
import type { Server } from '../server/server.ts';

const LINES_READ = 40;
const READ_WITHIN_MS = 3_000;
/** Times of lines that are read back are exact to a second. */
const EXACT_MS = 1_000;

/**
 * Carries out a change on a server. Where an instance did not come up, the reason has what it logged last: an exit code
 * alone says nothing. That is not in the history, because what an app logs may be secret.
 * @throws what `server.apply` throws
 */
export async function applyExplained(
	server: Server,
	change: Change,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const since = Date.now() - EXACT_MS;
	const rows = await server.apply(change, options);
	return Promise.all(rows.map((row) => explained(server, row, since)));
}

async function explained(server: Server, row: ChangeRow, since: number): Promise<ChangeRow> {
	// All that fail in one change most often fail alike.
	const [name, ...others] = row.failedInstances ?? [];
	if (name === undefined || row.reason === null) return row;
	// Logs that cannot be read take nothing from what is known already.
	const lines = await linesOf(server, name, since).catch(() => []);
	const remarks = remarksOn(others.length === 0 ? 'it' : name, lastWords(lines));
	return remarks.length === 0 ? row : { ...row, reason: [row.reason, ...remarks].join('; ') };
}

async function linesOf(server: Server, name: string, since: number): Promise<string[]> {
	const dot = name.lastIndexOf('.');
	const selector = { type: name.slice(0, dot), index: Number(name.slice(dot + 1)) };
	const query = { selectors: [selector], follow: false, lines: LINES_READ, since };
	const lines: string[] = [];
	for await (const chunks of server.logs(query, AbortSignal.timeout(READ_WITHIN_MS))) {
		for (const { bytes, marker } of chunks) if (!marker) lines.push(...bytes.toString().split('\n'));
	}
	return lines;
}

function remarksOn(who: string, { line, takenPort }: LastWords): string[] {
	if (line === null) return [];
	const said = `${who} logged: ${line}`;
	if (takenPort === null) return [said];
	const port = takenPort === 'unknown' ? 'its port' : `port ${takenPort}`;
	return [said, `${port} is taken: end what listens on it (\`ss -ltnp\`), or set another port_base`];
}
