import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { LogChunk } from '../../server.ts';
import { type IndexEntry, readIndex } from './index.ts';

const BLOCK_BYTES = 256 * 1024;
/** A longer line is cut, so that a program without newlines cannot make us hold all it ever says. */
const LONGEST_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/** One log file of an instance, read from `offset` on in whole lines. */
export class LogFile {
	readonly #instance: string;
	readonly #path: string;
	readonly #descriptor: number;
	readonly #inode: number;
	#index: readonly IndexEntry[];
	#block = Buffer.allocUnsafe(BLOCK_BYTES);
	offset: number;

	private constructor(instance: string, path: string, descriptor: number) {
		this.#instance = instance;
		this.#path = path;
		this.#descriptor = descriptor;
		this.#inode = fstatSync(descriptor).ino;
		this.#index = this.#readIndex();
		this.offset = this.#firstLine();
	}

	/** null when there is no such file. */
	static open(instance: string, path: string): LogFile | null {
		try {
			return new LogFile(instance, path, openSync(path, 'r'));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
			throw error;
		}
	}

	/** Where what is kept begins. */
	get start(): number {
		return this.#index[0]?.size ?? 0;
	}

	get size(): number {
		return fstatSync(this.#descriptor).size;
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
		const before = this.#index.findLast((entry) => entry.at < since);
		const isOld =
			before !== undefined && before === this.#index.at(-1) && fstatSync(this.#descriptor).mtimeMs < since;
		this.offset = Math.max(this.offset, isOld ? this.size : (before?.size ?? 0));
	}

	/** Goes to the last `lines` lines, not further back than now; returns how many there are. */
	seekLastLines(lines: number): number {
		if (lines === 0) {
			this.offset = this.size;
			return 0;
		}
		const from = this.offset;
		let position = this.size;
		const endsWithin = position > from && this.#byteAt(position - 1) !== NEWLINE;
		let found = endsWithin ? 1 : 0;
		while (position > from) {
			const length = Math.min(BLOCK_BYTES, position - from);
			position -= length;
			readSync(this.#descriptor, this.#block, 0, length, position);
			const block = this.#block.subarray(0, length);
			for (
				let at = block.lastIndexOf(NEWLINE);
				at !== -1;
				at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)
			) {
				if (found++ < lines) continue;
				this.offset = position + at + 1;
				return lines;
			}
		}
		this.offset = from;
		return found;
	}

	/** The next lines as they were written in the past: each chunk belongs to one moment of the index. */
	readBack(flush: boolean): LogChunk | null {
		const entry = this.#entryAfter(this.offset);
		const until = entry?.size ?? this.size;
		const at = entry?.at ?? fstatSync(this.#descriptor).mtimeMs;
		return this.#read(until, at, flush);
	}

	/** The next lines as they come. A line without its end is kept back unless `flush`. */
	readOn(flush: boolean): LogChunk | null {
		const { size } = this;
		if (size < this.offset) {
			this.#index = this.#readIndex();
			this.offset = 0;
			return this.#marker('the app truncated its log');
		}
		return this.#read(size, Date.now(), flush);
	}

	#read(until: number, at: number, flush: boolean): LogChunk | null {
		const skipped = this.#skipCut();
		if (skipped !== null) return skipped;
		if (this.offset >= until) return null;
		const length = readSync(this.#descriptor, this.#block, 0, this.#block.length, this.offset);
		if (length === 0) return null;
		// Given-back bytes read as NUL, and may become so while we read.
		if (this.#block.subarray(0, length).includes(0) && this.#wasCut()) return this.#skipCut();
		const end = this.#lineEnd(length, until - this.offset);
		if (end === 0) return this.#readLongLine(length, until, at, flush);
		const bytes = Buffer.from(this.#block.subarray(0, end));
		this.offset += end;
		return this.#chunk(bytes, at);
	}

	/** How many bytes of the block are whole lines that begin before `wanted`. */
	#lineEnd(length: number, wanted: number): number {
		if (wanted >= length) return this.#block.lastIndexOf(NEWLINE, length - 1) + 1;
		const next = this.#block.indexOf(NEWLINE, Math.max(0, wanted - 1));
		return next === -1 || next >= length ? this.#block.lastIndexOf(NEWLINE, length - 1) + 1 : next + 1;
	}

	#readLongLine(length: number, until: number, at: number, flush: boolean): LogChunk | null {
		const isAll = this.offset + length >= this.size;
		if (isAll ? flush : length >= LONGEST_LINE) {
			const bytes = Buffer.concat([this.#block.subarray(0, length), Buffer.from('\n')]);
			this.offset += length;
			return this.#chunk(bytes, at);
		}
		if (isAll) return null;
		this.#block = Buffer.allocUnsafe(this.#block.length * 2);
		return this.#read(until, at, flush);
	}

	/** The front of the log was given back while we were behind. */
	#wasCut(): boolean {
		this.#index = this.#readIndex();
		return this.offset < this.start;
	}

	/** What was noted of a log holds no longer once the app truncated it, which the keeper notices a moment later. */
	#readIndex(): readonly IndexEntry[] {
		const index = readIndex(this.#path);
		return (index.at(-1)?.size ?? 0) <= this.size ? index : [];
	}

	#skipCut(): LogChunk | null {
		if (this.offset >= this.start) return null;
		const from = this.offset;
		this.offset = this.#firstLine();
		return this.#marker(`${this.offset - from} bytes skipped`);
	}

	/** Where the first whole line begins: a cut falls anywhere in a line, and what remains of that one is passed over. */
	#firstLine(): number {
		const { start } = this;
		if (start === 0) return 0;
		const length = readSync(this.#descriptor, this.#block, 0, this.#block.length, start);
		const newline = this.#block.subarray(0, length).indexOf(NEWLINE);
		return newline === -1 ? start : start + newline + 1;
	}

	#entryAfter(offset: number): IndexEntry | undefined {
		let low = 0;
		let high = this.#index.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#index[middle]?.size ?? 0) > offset) high = middle;
			else low = middle + 1;
		}
		return this.#index[low];
	}

	#byteAt(position: number): number | undefined {
		const byte = Buffer.alloc(1);
		return readSync(this.#descriptor, byte, 0, 1, position) === 1 ? byte[0] : undefined;
	}

	#marker(text: string): LogChunk {
		return { ...this.#chunk(Buffer.from(`[${text}]\n`), Date.now()), marker: true };
	}

	#chunk(bytes: Buffer, at: number): LogChunk {
		return { instance: this.#instance, at, stream: null, bytes, marker: false };
	}
}
