import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { indexFile } from './files.ts';
import { type Head, NO_HEAD } from './head.ts';

/** At `at` (milliseconds since the epoch) the log was `size` bytes long. */
export interface IndexEntry {
	readonly at: number;
	readonly size: number;
}

/** What is known of a log beside its bytes. */
export interface LogIndex {
	/** In order. The first one says where what is kept begins; bytes before it were given back and read as NUL. */
	readonly entries: readonly IndexEntry[];
	/** When the app last truncated the log, in milliseconds since the epoch; null: never. */
	readonly truncatedAt: number | null;
	/** What the log began with, from which a log that was begun anew is told. */
	readonly head: Head;
}

export const EMPTY_INDEX: LogIndex = { entries: [], truncatedAt: null, head: NO_HEAD };

/** Two little-endian doubles: a time and a size, or with a negative number instead of a size what that stands for. */
type IndexRecord = readonly [value: number, size: number];

const RECORD_BYTES = 16;
/** The value is when the log was truncated. */
const TRUNCATED = -1;
/** This number less the length of the head; the value is its checksum. */
const HEAD = -1;

/** Empty when there is no index, or none that can be read. */
export function readIndex(log: string): LogIndex {
	let bytes: Buffer;
	// Asking costs less than the error: most logs are new and have none.
	if (!existsSync(indexFile(log))) return EMPTY_INDEX;
	try {
		bytes = readFileSync(indexFile(log));
	} catch {
		return EMPTY_INDEX;
	}
	let { truncatedAt, head } = EMPTY_INDEX;
	const entries: IndexEntry[] = [];
	for (let offset = 0; offset + RECORD_BYTES <= bytes.length; offset += RECORD_BYTES) {
		const value = bytes.readDoubleLE(offset);
		const size = bytes.readDoubleLE(offset + 8);
		if (size >= 0) entries.push({ at: value, size });
		else if (size === TRUNCATED) truncatedAt = value;
		else head = { checksum: value, length: HEAD - size };
	}
	return { entries, truncatedAt, head };
}

export function appendIndex(log: string, entry: IndexEntry): void {
	appendFileSync(indexFile(log), encode([[entry.at, entry.size]]), { mode: 0o600 });
}

export function rewriteIndex(log: string, { entries, truncatedAt, head }: LogIndex): void {
	const temporary = `${indexFile(log)}.tmp`;
	const records: IndexRecord[] = [];
	if (truncatedAt !== null) records.push([truncatedAt, TRUNCATED]);
	if (head.length > 0) records.push([head.checksum, HEAD - head.length]);
	for (const { at, size } of entries) records.push([at, size]);
	writeFileSync(temporary, encode(records), { mode: 0o600 });
	renameSync(temporary, indexFile(log));
}

function encode(records: readonly IndexRecord[]): Buffer {
	const bytes = Buffer.alloc(records.length * RECORD_BYTES);
	for (const [position, [value, size]] of records.entries()) {
		bytes.writeDoubleLE(value, position * RECORD_BYTES);
		bytes.writeDoubleLE(size, position * RECORD_BYTES + 8);
	}
	return bytes;
}
