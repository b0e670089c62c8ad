import { readSync } from 'node:fs';

const LARGEST = 64 * 1024;
const SMALLEST = 4 * 1024;
/** What the blocks of many files take together. */
const TOGETHER = 16 * 1024 * 1024;

/** Bytes of a block, where so many files are read at the same time. */
export function blockBytes(files: number): number {
	return Math.min(LARGEST, Math.max(SMALLEST, Math.floor(TOGETHER / files)));
}

/** A part of a file in memory, so that many small reads cost one of the file. */
export class Block {
	readonly #descriptor: number;
	#buffer: Buffer;
	#start = 0;
	#length = 0;

	constructor(descriptor: number, bytes: number) {
		this.#descriptor = descriptor;
		this.#buffer = Buffer.allocUnsafe(bytes);
	}

	/** How many bytes it can hold. */
	get capacity(): number {
		return this.#buffer.length;
	}

	/** What is in memory from `offset` on; valid until the next read. */
	held(offset: number): Buffer {
		const from = offset - this.#start;
		return this.#buffer.subarray(from >= 0 && from < this.#length ? from : this.#length, this.#length);
	}

	/** Reads what is in the file from `offset` on; valid until the next read. */
	read(offset: number, length: number = this.#buffer.length): Buffer {
		this.#start = offset;
		this.#length = readSync(this.#descriptor, this.#buffer, 0, length, offset);
		return this.#buffer.subarray(0, this.#length);
	}

	/** Makes it hold twice as much. */
	grow(): void {
		this.#buffer = Buffer.allocUnsafe(this.#buffer.length * 2);
		this.forget();
	}

	forget(): void {
		this.#length = 0;
	}
}
