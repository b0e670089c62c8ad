import { countLines, dropLines } from '../model/lines.ts';
import type { ServerChunk } from './merge-logs.ts';

/** Only the lines that match; remarks of Procdeck's stay, because they say what is missing. */
export async function* filterLines(
	batches: AsyncIterable<ServerChunk[]>,
	pattern: RegExp,
): AsyncIterable<ServerChunk[]> {
	for await (const batch of batches) {
		yield batch.map((part) =>
			part.chunk.marker ? part : withBytes(part, matching(part.chunk.bytes, pattern)),
		);
	}
}

function matching(bytes: Buffer, pattern: RegExp): Buffer {
	const lines = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
	const kept = lines.filter((line) => pattern.test(line));
	return Buffer.from(kept.map((line) => `${line}\n`).join(''));
}

/** The last `count` lines over all, in one batch; holds little more than those in memory. */
export async function* lastLines(
	batches: AsyncIterable<ServerChunk[]>,
	count: number,
): AsyncIterable<ServerChunk[]> {
	let held: { part: ServerChunk; lines: number }[] = [];
	let total = 0;
	for await (const batch of batches) {
		for (const part of batch) {
			const lines = countLines(part.chunk.bytes);
			held.push({ part, lines });
			total += lines;
		}
		const surplus = surplusParts(held, total - count);
		total -= held.slice(0, surplus).reduce((sum, each) => sum + each.lines, 0);
		held = held.slice(surplus);
	}
	const [first, ...rest] = held.map((each) => each.part);
	if (first) yield [withBytes(first, dropLines(first.chunk.bytes, total - count)), ...rest];
}

/** How many parts from the front hold only lines that are too many. */
function surplusParts(held: readonly { lines: number }[], tooMany: number): number {
	let parts = 0;
	let lines = held[0]?.lines ?? 0;
	while (parts < held.length && lines <= tooMany) {
		parts++;
		lines += held[parts]?.lines ?? 0;
	}
	return parts;
}

function withBytes({ server, chunk }: ServerChunk, bytes: Buffer): ServerChunk {
	return { server, chunk: { ...chunk, bytes } };
}
