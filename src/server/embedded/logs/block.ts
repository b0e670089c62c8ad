import { readSync } from 'node:fs';

export const BLOCK_BYTES = 64 * 1024;

/** A part of a file in memory, so that many small reads cost one of the file. */
export class Block {
	readonly #descriptor: number;
	#buffer = Buffer.allocUnsafe(BLOCK_BYTES);
	#start = 0;
	#length = 0;

	constructor(descriptor: number) {
		this.#descriptor = descriptor;
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
