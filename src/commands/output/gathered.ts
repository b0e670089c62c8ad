import { writeOut } from './write.ts';

/** From here on a write is worth it: few system calls, and little in memory while the reader is behind. */
const WORTH_WRITING_BYTES = 256 * 1024;
const MOST_BYTES_PER_UNIT = 3;

/** Text gathered for one write to stdout, in memory that is used again for the next: new memory each time would pile up. */
export class Gathered {
	#memory = Buffer.allocUnsafeSlow(WORTH_WRITING_BYTES);
	#end = 0;

	get isWorthWriting(): boolean {
		return this.#end >= WORTH_WRITING_BYTES;
	}

	append(text: string): void {
		const needed = this.#end + text.length * MOST_BYTES_PER_UNIT;
		if (needed > this.#memory.length) this.#grow(needed);
		this.#end += this.#memory.write(text, this.#end);
	}

	/** Resolves when all is written; nothing may be appended until then. */
	async write(): Promise<void> {
		if (this.#end > 0) await writeOut(this.#memory.subarray(0, this.#end));
		this.#end = 0;
	}

	#grow(needed: number): void {
		const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#memory.length));
		this.#memory.copy(larger, 0, 0, this.#end);
		this.#memory = larger;
	}
}
