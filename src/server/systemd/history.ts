import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryEntry } from '../../model/change.ts';
import { HISTORY_KEPT } from '../../model/observed.ts';
import { journalAccess } from './facts.ts';
import type { Session } from './session.ts';

/** Marks Procdeck's own entries in the journal; made for it once and for all. */
const HISTORY_MESSAGE = '7d6c1f5a9a0e4f0e8f6c0b3f52c1d9e4';

const WRITE_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 20_000;

/** An entry is told when it begins and again with its outcome. */
const LINES_READ = HISTORY_KEPT * 2;

/** Writes an entry into the server's journal, where every console reads it. */
export async function writeHistory(session: Session, entry: HistoryEntry): Promise<void> {
	const { who, verb, type, from, to, outcome } = entry;
	const words = [who, verb, entry.instance ?? type ?? 'all', `${from} -> ${to}`, outcome ?? 'begins'];
	const fields = [
		`MESSAGE_ID=${HISTORY_MESSAGE}`,
		`MESSAGE=procdeck: ${oneLine(words.join(' '))}`,
		'SYSLOG_IDENTIFIER=procdeck',
		`PROCDECK_STACK=${session.layout.prefix}`,
		`PROCDECK_CHANGE=${JSON.stringify(entry)}`,
	];
	const command = session.elevated('/bin/sh', '-c', 'exec logger --journald');
	const options = { input: `${fields.join('\n')}\n`, timeoutMs: WRITE_TIMEOUT_MS };
	const { exitCode, stderr } = await session.link.run(command, options);
	if (exitCode !== 0) throw new Error(stderr.trim() || 'the journal does not answer');
}

/** The latest entries, oldest first; none where this user may not read the journal. */
export async function readHistory(session: Session): Promise<readonly HistoryEntry[]> {
	const command = historyCommand(session, [`--lines=${LINES_READ}`]);
	if (command === null) return [];
	const { stdout } = await session.link.run(command, { timeoutMs: READ_TIMEOUT_MS });
	const entries = new Map<string, HistoryEntry>();
	for (const line of stdout.split('\n')) {
		const entry = parseChange(line)?.entry;
		if (entry !== undefined) entries.set(entry.id, entry);
	}
	return [...entries.values()].slice(-HISTORY_KEPT);
}

/** Where there are no entries, none comes. */
const FIRST_ENTRY_WITHIN_MS = 1_000;

/**
 * Tells of the latest entries, oldest first, and of each that anybody adds until the session ends.
 * @param onEntry told when it was written down, too: milliseconds since the epoch by the server's clock
 * @returns resolves when the journal has been searched, or soon
 */
export async function followHistory(
	session: Session,
	onEntry: (entry: HistoryEntry, writtenAt: number) => void,
): Promise<void> {
	const command = historyCommand(session, [`--lines=${LINES_READ}`, '--follow']);
	if (command === null) return;
	const channel = await session.link.open(command);
	const lines = createInterface({ input: channel.stream });
	lines.on('line', (line) => {
		const written = parseChange(line);
		if (written !== null) onEntry(written.entry, written.at);
	});
	lines.on('error', () => {});
	await Promise.race([
		once(lines, 'line').catch(() => {}),
		channel.ended,
		sleep(FIRST_ENTRY_WITHIN_MS, undefined, { ref: false }),
	]);
}

function historyCommand(session: Session, range: readonly string[]): [string, ...string[]] | null {
	const { facts, layout } = session;
	const access = journalAccess(facts, layout.scope);
	if (access === null) return null;
	const [file = '', ...args] = access;
	// What others wrote under this mark is not believed.
	const writer = `_UID=${layout.scope === 'user' ? facts.uid : 0}`;
	return [
		file,
		...args,
		'--quiet',
		'--no-pager',
		'--output=json',
		'--all',
		'--output-fields=PROCDECK_CHANGE',
		...range,
		`MESSAGE_ID=${HISTORY_MESSAGE}`,
		`PROCDECK_STACK=${layout.prefix}`,
		writer,
	];
}

function parseChange(line: string): { readonly entry: HistoryEntry; readonly at: number } | null {
	try {
		const fields = JSON.parse(line) as Record<string, unknown>;
		const entry: unknown = JSON.parse(String(fields.PROCDECK_CHANGE));
		if (typeof entry !== 'object' || entry === null || !('id' in entry)) return null;
		return { entry: entry as HistoryEntry, at: Number(fields.__REALTIME_TIMESTAMP) / 1000 };
	} catch {
		return null;
	}
}

function oneLine(text: string): string {
	return text.replace(/\p{Cc}/gu, ' ');
}
