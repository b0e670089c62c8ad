import type { Block } from './block.ts';
import type { LogIndex } from './index.ts';

const NEWLINE = 0x0a;

/** The part of a log that is gone back over. */
export interface TailOf {
	readonly block: Block;
	readonly index: LogIndex;
	/** Where the first line begins that may be reached. */
	readonly from: number;
	readonly end: number;
	/** When what is not in the index yet was written. */
	readonly endAt: number;
	/** Before the first line comes the remark that the log was truncated. */
	readonly hasMarker: boolean;
}

/** Goes back over the lines of a log from its end, moment by moment of its index. */
export class Tail {
	readonly #of: TailOf;
	/** The entry of the index that the lines right before `position` belong to; one past the last for the newest. */
	#entry: number;
	#window: Buffer = Buffer.alloc(0);
	#windowStart = 0;
	/** Everything from here on was gone back over. */
	position: number;
	/** The remark was, too. */
	hasMarker = false;

	constructor(of: TailOf) {
		this.#of = of;
		this.#entry = of.index.entries.length;
		this.position = of.end;
	}

	/** The moment that comes next, in milliseconds since the epoch; null at the beginning. */
	get at(): number | null {
		const { from, index, endAt, hasMarker } = this.#of;
		if (this.position > from) return index.entries[this.#entry]?.at ?? endAt;
		return hasMarker && !this.hasMarker ? index.truncatedAt : null;
	}

	/** Goes back within that moment; returns how many lines it went, at most `most`. */
	back(most: number): number {
		if (this.position <= this.#of.from) {
			this.hasMarker = true;
			return 1;
		}
		const from = this.#momentStart();
		for (let lines = 0; lines < most; lines++) {
			const start = this.#lineBefore(from);
			if (start === null) {
				this.#entry--;
				return lines;
			}
			this.position = start;
		}
		return most;
	}

	#momentStart(): number {
		return Math.max(this.#of.from, this.#of.index.entries[this.#entry - 1]?.size ?? 0);
	}

	/** Where the line before `position` begins, when that is not before `from`. */
	#lineBefore(from: number): number | null {
		if (this.position <= from) return null;
		const first = this.#of.from;
		// A line begins after a newline, and the newline right before `position` ends the line that is looked for.
		let until = this.position - 1;
		const earliest = Math.max(from - 1, first);
		while (until > earliest) {
			this.#load(until);
			const newline = this.#window.lastIndexOf(NEWLINE, until - 1 - this.#windowStart);
			if (newline !== -1) {
				const start = this.#windowStart + newline + 1;
				return start >= from ? start : null;
			}
			until = this.#windowStart;
		}
		return from === first ? first : null;
	}

	/** Has the bytes right before `until` in memory. */
	#load(until: number): void {
		const end = this.#windowStart + this.#window.length;
		if (until > this.#windowStart && until <= end) return;
		this.#windowStart = Math.max(this.#of.from, until - this.#of.block.capacity);
		this.#window = this.#of.block.read(this.#windowStart, until - this.#windowStart);
	}
}
