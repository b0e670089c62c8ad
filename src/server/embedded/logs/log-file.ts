import { closeSync, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import type { LogChunk } from '../../server.ts';
import { Block } from './block.ts';
import { HEAD_BYTES, type Head, hasHead, readHead } from './head.ts';
import { EMPTY_INDEX, type IndexEntry, type LogIndex, readIndex } from './index.ts';
import { Tail } from './tail.ts';
import { TruncationWatch } from './truncation.ts';

/** A longer line is cut, so that a program without newlines cannot make us hold all it ever says. */
const LONGEST_LINE = 1024 * 1024;
const NEWLINE = 0x0a;
const TRUNCATED = 'the app truncated its log';

/** One log file of an instance, read from a position on in whole lines. */
export class LogFile {
	readonly #instance: string;
	readonly #path: string;
	readonly #descriptor: number;
	readonly #inode: number;
	readonly #block: Block;
	/** What is later than this was not written in the past. */
	readonly #end: number;
	readonly #modifiedAt: number;
	#index: LogIndex;
	#offset: number;
	/** That it was truncated comes before its first line. */
	#hasMarker: boolean;
	#watch: TruncationWatch;
	#head: Head;

	private constructor(instance: string, path: string, descriptor: number, blockBytes: number) {
		this.#instance = instance;
		this.#path = path;
		this.#descriptor = descriptor;
		this.#inode = fstatSync(descriptor).ino;
		this.#index = this.#readIndex();
		const stats = fstatSync(descriptor);
		this.#end = stats.size;
		this.#modifiedAt = stats.mtimeMs;
		this.#watch = new TruncationWatch(stats);
		this.#head = this.#index.head.length > 0 ? this.#index.head : readHead(descriptor);
		this.#hasMarker = this.#index.truncatedAt !== null;
		this.#block = new Block(descriptor, blockBytes);
		this.#offset = this.#firstLine();
	}

	/**
	 * @param blockBytes how much is read at once
	 * @returns null when there is no such file
	 */
	static open(instance: string, path: string, blockBytes: number): LogFile | null {
		try {
			return new LogFile(instance, path, openSync(path, 'r'), blockBytes);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
			throw error;
		}
	}

	/** Where what is kept begins. */
	get start(): number {
		return startOf(this.#index);
	}

	/** The instance began a new file under this name. */
	get isReplaced(): boolean {
		return statSync(this.#path, { throwIfNoEntry: false })?.ino !== this.#inode;
	}

	close(): void {
		closeSync(this.#descriptor);
	}

	/** Goes to the first line of a moment, exact to the index. */
	seekTime(since: number): void {
		const { entries, truncatedAt } = this.#index;
		const before = entries.findLast((entry) => entry.at < since);
		const isOld = before !== undefined && before === entries.at(-1) && this.#modifiedAt < since;
		this.#offset = Math.max(this.#offset, isOld ? this.#end : (before?.size ?? 0));
		this.#hasMarker &&= (truncatedAt ?? 0) >= since;
	}

	/** What there is from here on, to be gone back over. */
	tail(): Tail {
		return new Tail({
			block: this.#block,
			index: this.#index,
			from: this.#offset,
			end: this.#end,
			endAt: this.#modifiedAt,
			hasMarker: this.#hasMarker,
		});
	}

	/** Goes to where one has gone back to. */
	seekTail({ position, hasMarker }: Tail): void {
		this.#offset = position;
		this.#hasMarker = hasMarker;
	}

	/** The next lines as they were written in the past: each chunk belongs to one moment of the index. */
	readBack(flush: boolean): LogChunk | null {
		if (this.#hasMarker) {
			this.#hasMarker = false;
			return this.#marker(TRUNCATED, this.#index.truncatedAt ?? this.#modifiedAt);
		}
		const entry = this.#entryAfter(this.#offset);
		const until = Math.min(entry?.size ?? this.#end, this.#end);
		return this.#read(until, entry?.at ?? this.#modifiedAt, flush);
	}

	/** The next lines as they come. A line without its end is kept back unless `flush`. */
	readOn(flush: boolean): LogChunk | null {
		const stats = fstatSync(this.#descriptor);
		if (!this.#isTruncated(stats)) return this.#read(stats.size, Date.now(), flush);
		this.#index = EMPTY_INDEX;
		this.#watch = new TruncationWatch(stats);
		this.#head = readHead(this.#descriptor);
		this.#block.forget();
		this.#offset = 0;
		return this.#marker(TRUNCATED, Date.now());
	}

	#isTruncated(stats: Stats): boolean {
		if (this.#watch.isTruncated(stats) || stats.size < this.#offset) return true;
		return stats.size > this.#offset && !this.#keepsHead() && !this.isReplaced;
	}

	#keepsHead(): boolean {
		if (!hasHead(this.#descriptor, this.#head, this.start > 0)) {
			// Perhaps it was only cut.
			this.#index = this.#readIndex();
			if (!hasHead(this.#descriptor, this.#head, this.start > 0)) return false;
		}
		if (this.#head.length < HEAD_BYTES) this.#head = readHead(this.#descriptor);
		return true;
	}

	#read(until: number, at: number, flush: boolean): LogChunk | null {
		const skipped = this.#skipCut();
		if (skipped !== null) return skipped;
		if (this.#offset >= until) return null;
		const held = this.#block.held(this.#offset);
		const end = lineEnd(held, until - this.#offset);
		return end > 0 ? this.#take(held, end, at) : this.#readMore(until, at, flush);
	}

	#readMore(until: number, at: number, flush: boolean): LogChunk | null {
		const bytes = this.#block.read(this.#offset);
		if (bytes.length === 0) return null;
		// Given-back bytes read as NUL, and may become so while we read.
		if (bytes.includes(0) && this.#wasCut()) return this.#skipCut();
		const end = lineEnd(bytes, until - this.#offset) || bytes.lastIndexOf(NEWLINE) + 1;
		return end > 0 ? this.#take(bytes, end, at) : this.#readLongLine(bytes, until, at, flush);
	}

	#readLongLine(bytes: Buffer, until: number, at: number, flush: boolean): LogChunk | null {
		const isAll = this.#offset + bytes.length >= fstatSync(this.#descriptor).size;
		if (isAll ? flush : bytes.length >= LONGEST_LINE) {
			this.#offset += bytes.length;
			return this.#chunk(Buffer.concat([bytes, Buffer.from('\n')]), at);
		}
		if (isAll) return null;
		this.#block.grow();
		return this.#readMore(until, at, flush);
	}

	#take(bytes: Buffer, end: number, at: number): LogChunk {
		this.#offset += end;
		return this.#chunk(Buffer.from(bytes.subarray(0, end)), at);
	}

	/** The front of the log was given back while we were behind. */
	#wasCut(): boolean {
		this.#index = this.#readIndex();
		return this.#offset < this.start;
	}

	/** What was noted of a log holds no longer once the app truncated it, which the keeper notices a moment later. */
	#readIndex(): LogIndex {
		const index = readIndex(this.#path);
		const { size, mtimeMs } = fstatSync(this.#descriptor);
		const isLongEnough = (index.entries.at(-1)?.size ?? 0) <= size;
		if (isLongEnough && hasHead(this.#descriptor, index.head, startOf(index) > 0)) return index;
		return this.isReplaced ? EMPTY_INDEX : { ...EMPTY_INDEX, truncatedAt: mtimeMs };
	}

	#skipCut(): LogChunk | null {
		if (this.#offset >= this.start) return null;
		const from = this.#offset;
		this.#offset = this.#firstLine();
		return this.#marker(`${this.#offset - from} bytes skipped`, Date.now());
	}

	/** Where the first whole line begins: a cut falls anywhere in a line, and what remains of that one is passed over. */
	#firstLine(): number {
		const { start } = this;
		if (start === 0) return 0;
		const newline = this.#block.read(start).indexOf(NEWLINE);
		return newline === -1 ? start : start + newline + 1;
	}

	#entryAfter(offset: number): IndexEntry | undefined {
		const { entries } = this.#index;
		let low = 0;
		let high = entries.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((entries[middle]?.size ?? 0) > offset) high = middle;
			else low = middle + 1;
		}
		return entries[low];
	}

	#marker(text: string, at: number): LogChunk {
		return { ...this.#chunk(Buffer.from(`[${text}]\n`), at), marker: true };
	}

	#chunk(bytes: Buffer, at: number): LogChunk {
		return { instance: this.#instance, at, stream: null, bytes, marker: false };
	}
}

function startOf({ entries }: LogIndex): number {
	return entries[0]?.size ?? 0;
}

/** The end of the line that holds byte number `wanted`; 0 when that is not among the bytes. */
function lineEnd(bytes: Buffer, wanted: number): number {
	return bytes.indexOf(NEWLINE, wanted - 1) + 1;
}
