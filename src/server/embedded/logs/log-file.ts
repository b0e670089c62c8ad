import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { LogChunk } from '../../server.ts';
import { BLOCK_BYTES, Block } from './block.ts';
import { type IndexEntry, readIndex } from './index.ts';

/** A longer line is cut, so that a program without newlines cannot make us hold all it ever says. */
const LONGEST_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/** One log file of an instance, read from `offset` on in whole lines. */
export class LogFile {
	readonly #instance: string;
	readonly #path: string;
	readonly #descriptor: number;
	readonly #inode: number;
	readonly #block: Block;
	#index: readonly IndexEntry[];
	offset: number;

	private constructor(instance: string, path: string, descriptor: number) {
		this.#instance = instance;
		this.#path = path;
		this.#descriptor = descriptor;
		this.#inode = fstatSync(descriptor).ino;
		this.#block = new Block(descriptor);
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
			const block = this.#block.read(position, length);
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
			this.#block.forget();
			this.offset = 0;
			return this.#marker('the app truncated its log');
		}
		return this.#read(size, Date.now(), flush);
	}

	#read(until: number, at: number, flush: boolean): LogChunk | null {
		const skipped = this.#skipCut();
		if (skipped !== null) return skipped;
		if (this.offset >= until) return null;
		const held = this.#block.held(this.offset);
		const end = lineEnd(held, until - this.offset);
		return end > 0 ? this.#take(held, end, at) : this.#readMore(until, at, flush);
	}

	#readMore(until: number, at: number, flush: boolean): LogChunk | null {
		const bytes = this.#block.read(this.offset);
		if (bytes.length === 0) return null;
		// Given-back bytes read as NUL, and may become so while we read.
		if (bytes.includes(0) && this.#wasCut()) return this.#skipCut();
		const end = lineEnd(bytes, until - this.offset) || bytes.lastIndexOf(NEWLINE) + 1;
		return end > 0 ? this.#take(bytes, end, at) : this.#readLongLine(bytes, until, at, flush);
	}

	#readLongLine(bytes: Buffer, until: number, at: number, flush: boolean): LogChunk | null {
		const isAll = this.offset + bytes.length >= this.size;
		if (isAll ? flush : bytes.length >= LONGEST_LINE) {
			this.offset += bytes.length;
			return this.#chunk(Buffer.concat([bytes, Buffer.from('\n')]), at);
		}
		if (isAll) return null;
		this.#block.grow();
		return this.#readMore(until, at, flush);
	}

	#take(bytes: Buffer, end: number, at: number): LogChunk {
		this.offset += end;
		return this.#chunk(Buffer.from(bytes.subarray(0, end)), at);
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
		const newline = this.#block.read(start).indexOf(NEWLINE);
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

/** The end of the line that holds byte number `wanted`; 0 when that is not among the bytes. */
function lineEnd(bytes: Buffer, wanted: number): number {
	return bytes.indexOf(NEWLINE, wanted - 1) + 1;
}
