import { countLines, dropLines } from '../model/lines.ts';
import { giveBack } from './memory.ts';
import type { ServerChunk } from './merge-logs.ts';

/** More than this is not held in memory. */
const HELD_BYTES = 2 * 1024 * 1024;
/** About what a part takes beside its bytes. */
const PART_BYTES = 256;

/**
 * The last `count` lines of what is read back, then what is followed.
 * @param read begins to read. Where the last lines are more than fits in memory they are counted, then read again;
 * what is written in between comes in addition.
 */
export async function* lastLines(
	read: () => AsyncGenerator<ServerChunk[]>,
	count: number,
): AsyncGenerator<ServerChunk[]> {
	let reading = read();
	const last = new LastParts(count);
	for await (const batch of past(reading)) for (const part of batch) last.add(part);
	if (last.parts === null) {
		await reading.return(undefined);
		reading = read();
		yield* withoutFirst(past(reading), last.total - count);
	} else if (last.parts.length > 0) {
		yield last.parts;
	}
	yield* reading;
}

/** What is read back; leaves the rest to be read. */
async function* past(reading: AsyncGenerator<ServerChunk[]>): AsyncGenerator<ServerChunk[]> {
	for (;;) {
		const { value, done } = await reading.next();
		if (done || value.length === 0) return;
		yield value;
	}
}

async function* withoutFirst(
	batches: AsyncIterable<ServerChunk[]>,
	count: number,
): AsyncGenerator<ServerChunk[]> {
	let tooMany = count;
	for await (const batch of batches) {
		let first = 0;
		for (; first < batch.length && tooMany > 0; first++) {
			const lines = countLines(batch[first]!.chunk.bytes);
			if (lines > tooMany) break;
			tooMany -= lines;
			giveBack(batch[first]!.chunk.bytes);
		}
		if (first === batch.length) continue;
		yield [withoutLines(batch[first]!, tooMany), ...batch.slice(first + 1)];
		tooMany = 0;
	}
}

/** The parts that hold the last lines of all that were added. */
class LastParts {
	readonly #count: number;
	#held: { readonly part: ServerChunk; readonly lines: number }[] = [];
	/** Before this one they hold only lines that are too many. */
	#first = 0;
	#heldLines = 0;
	#heldBytes = 0;
	#isTooMuch = false;
	/** Lines that were added. */
	total = 0;

	constructor(count: number) {
		this.#count = count;
	}

	/** null: they are too many to be held. */
	get parts(): ServerChunk[] | null {
		if (this.#isTooMuch) return null;
		const [first, ...rest] = this.#held.slice(this.#first).map(({ part }) => part);
		if (first === undefined) return [];
		return [withoutLines(first, Math.max(0, this.#heldLines - this.#count)), ...rest];
	}

	add(part: ServerChunk): void {
		const lines = countLines(part.chunk.bytes);
		this.total += lines;
		if (this.#isTooMuch) giveBack(part.chunk.bytes);
		else if (lines > 0) this.#hold(part, lines);
	}

	#hold(part: ServerChunk, lines: number): void {
		this.#held.push({ part, lines });
		this.#heldLines += lines;
		this.#heldBytes += part.chunk.bytes.length + PART_BYTES;
		for (;;) {
			const first = this.#held[this.#first];
			if (first === undefined || this.#heldLines - first.lines < this.#count) break;
			this.#dropFirst();
		}
		this.#isTooMuch = this.#heldBytes > HELD_BYTES;
		if (this.#isTooMuch) while (this.#held.length > 0) this.#dropFirst();
	}

	#dropFirst(): void {
		const { part, lines } = this.#held[this.#first++]!;
		this.#heldLines -= lines;
		this.#heldBytes -= part.chunk.bytes.length + PART_BYTES;
		giveBack(part.chunk.bytes);
		// Moving the rest for each part would cost too much.
		if (this.#first * 2 < this.#held.length) return;
		this.#held = this.#held.slice(this.#first);
		this.#first = 0;
	}
}

function withoutLines({ server, chunk }: ServerChunk, count: number): ServerChunk {
	return { server, chunk: { ...chunk, bytes: dropLines(chunk.bytes, count) } };
}
