import type { Stats } from 'node:fs';
import type { Kept } from './cutter.ts';
import { HEAD_BYTES, type Head, hasHead, lookInto, NO_HEAD, readHead } from './head.ts';
import { appendIndex, readIndex, rewriteIndex } from './index.ts';
import { TruncationWatch } from './truncation.ts';

const LONGEST_INDEX = 16_384;
/** A log that was modified so much later than was noted, but got no longer, was written anew. */
const CLOCK_SLACK_MS = 1_000;

/** What is known of a log between two looks at it. */
export interface Noted extends Kept {
	/** A new file under the same name is another log. */
	readonly inode: number;
	/** At the last look. */
	size: number;
	/** The size that was noted last, and when. */
	noted: number;
	notedAt: number;
	truncatedAt: number | null;
	head: Head;
	readonly watch: TruncationWatch;
}

/** What the index has of a log. */
export function recall(file: string, stats: Stats): Noted {
	const { entries, truncatedAt, head } = readIndex(file);
	const { size, at } = entries.at(-1) ?? { at: 0, size: 0 };
	const isUntouched = stats.mtimeMs <= at + CLOCK_SLACK_MS;
	return {
		inode: stats.ino,
		size,
		noted: size,
		notedAt: at,
		start: entries[0]?.size ?? 0,
		entries: entries.length,
		truncatedAt,
		head,
		watch: new TruncationWatch({ size, mtimeMs: isUntouched ? stats.mtimeMs : at }),
	};
}

/** It was begun anew: nothing that was noted holds. */
export function forget(log: Noted, truncatedAt: number): void {
	Object.assign(log, { start: 0, entries: 0, noted: 0, truncatedAt, head: NO_HEAD });
}

export function keepsHead(file: string, { head, start }: Noted): boolean {
	return lookInto(file, (descriptor) => hasHead(descriptor, head, start > 0));
}

/** Writes down how long a log is now. */
export function note(file: string, log: Noted, now: number): void {
	const { size, truncatedAt } = log;
	const entry = { at: now, size };
	if (log.entries === 0) {
		log.head = lookInto(file, readHead);
		const entries = [{ at: truncatedAt ?? now, size: 0 }, entry];
		rewriteIndex(file, { entries, truncatedAt, head: log.head });
		log.entries = 2;
	} else {
		appendIndex(file, entry);
		log.entries++;
		completeHead(file, log);
	}
	Object.assign(log, { noted: size, notedAt: now });
	if (log.entries > LONGEST_INDEX) thin(file, log);
}

/** A log that was short when it was noted first has more of a head later. */
function completeHead(file: string, log: Noted): void {
	if (log.head.length === HEAD_BYTES || log.start > 0) return;
	log.head = lookInto(file, readHead);
	rewriteIndex(file, { ...readIndex(file), head: log.head });
}

/** Every second entry goes: old lines get coarser times instead of an index without bound. */
function thin(file: string, kept: Kept): void {
	const index = readIndex(file);
	const last = index.entries.length - 1;
	const entries = index.entries.filter((_, at) => at === 0 || at % 2 === 1 || at === last);
	rewriteIndex(file, { ...index, entries });
	kept.entries = entries.length;
}
