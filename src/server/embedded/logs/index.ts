import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { indexFile } from './files.ts';

/** At `at` (milliseconds since the epoch) the log was `size` bytes long. */
export interface IndexEntry {
	readonly at: number;
	readonly size: number;
}

const ENTRY_BYTES = 16;

/**
 * The times of a log: pairs of (time, size), each two little-endian doubles, in order.
 * The first entry says where what is kept begins; bytes before it were given back and read as NUL.
 */
export function readIndex(log: string): IndexEntry[] {
	let bytes: Buffer;
	try {
		bytes = readFileSync(indexFile(log));
	} catch {
		return [];
	}
	const entries: IndexEntry[] = [];
	for (let offset = 0; offset + ENTRY_BYTES <= bytes.length; offset += ENTRY_BYTES) {
		entries.push({ at: bytes.readDoubleLE(offset), size: bytes.readDoubleLE(offset + 8) });
	}
	return entries;
}

export function appendIndex(log: string, entry: IndexEntry): void {
	appendFileSync(indexFile(log), encode([entry]), { mode: 0o600 });
}

export function rewriteIndex(log: string, entries: readonly IndexEntry[]): void {
	const temporary = `${indexFile(log)}.tmp`;
	writeFileSync(temporary, encode(entries), { mode: 0o600 });
	renameSync(temporary, indexFile(log));
}

function encode(entries: readonly IndexEntry[]): Buffer {
	const bytes = Buffer.alloc(entries.length * ENTRY_BYTES);
	entries.forEach(({ at, size }, position) => {
		bytes.writeDoubleLE(at, position * ENTRY_BYTES);
		bytes.writeDoubleLE(size, position * ENTRY_BYTES + 8);
	});
	return bytes;
}
