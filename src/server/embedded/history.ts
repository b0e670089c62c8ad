import { appendFile, stat } from 'node:fs/promises';
import { readOrNull, writeAtomically } from '../../files/private-files.ts';
import { Turns } from '../../files/turns.ts';
import type { HistoryEntry } from '../../model/change.ts';
import { HISTORY_KEPT } from '../../model/observed.ts';

/** Rewritten with the latest entries when it grows past this. */
const LONGEST_BYTES = 1024 * 1024;

const turns = new Turns();

/** The entries of a history file, oldest first; a line that was cut short by a crash is passed over. */
export function readHistory(file: string): HistoryEntry[] {
	const entries = new Map<string, HistoryEntry>();
	for (const line of (readOrNull(file) ?? '').split('\n')) {
		const entry = parseEntry(line);
		// The outcome comes as a second line with the same id.
		if (entry !== null) entries.set(entry.id, entry);
	}
	return [...entries.values()].slice(-HISTORY_KEPT);
}

/** Adds an entry, or its outcome; keeps the file bounded. */
export function appendHistory(file: string, entry: HistoryEntry): Promise<void> {
	// What is added while the file is rewritten would be lost with the old one.
	return turns.take(file, () => append(file, entry));
}

async function append(file: string, entry: HistoryEntry): Promise<void> {
	// A leading newline ends a line that a crash may have cut short.
	await appendFile(file, `\n${JSON.stringify(entry)}`, { mode: 0o600 });
	if ((await stat(file)).size < LONGEST_BYTES) return;
	const kept = readHistory(file);
	await writeAtomically(file, kept.map((one) => JSON.stringify(one)).join('\n'));
}

function parseEntry(line: string): HistoryEntry | null {
	if (line === '') return null;
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null && 'id' in value ? (value as HistoryEntry) : null;
	} catch {
		return null;
	}
}
