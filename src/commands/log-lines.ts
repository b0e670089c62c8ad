import { giveBack } from './memory.ts';
import type { ServerChunk } from './merge-logs.ts';

const NEWLINE = 0x0a;

/** Only the lines that match; remarks of Procdeck's stay, because they say what is missing. */
export async function* filterLines(
	batches: AsyncIterable<ServerChunk[]>,
	pattern: RegExp,
): AsyncGenerator<ServerChunk[]> {
	for await (const batch of batches) {
		yield batch.map((part) =>
			part.chunk.marker ? part : withBytes(part, matching(part.chunk.bytes, pattern)),
		);
	}
}

function matching(bytes: Buffer, pattern: RegExp): Buffer {
	const ranges = matchingRanges(bytes, pattern);
	const matched = Buffer.allocUnsafe(ranges.reduce((sum, [start, end]) => sum + end - start, 0));
	let length = 0;
	for (const [start, end] of ranges) length += bytes.copy(matched, length, start, end);
	giveBack(bytes);
	return matched;
}

/** Where lines that match stand, those that follow on one another together. */
function matchingRanges(bytes: Buffer, pattern: RegExp): [start: number, end: number][] {
	const ranges: [number, number][] = [];
	let start = 0;
	let end = 0;
	for (const line of bytes.toString('utf8', 0, bytes.length - 1).split('\n')) {
		const next = bytes.indexOf(NEWLINE, end) + 1;
		if (!pattern.test(line)) {
			if (end > start) ranges.push([start, end]);
			start = next;
		}
		end = next;
	}
	if (end > start) ranges.push([start, end]);
	return ranges;
}

function withBytes({ server, chunk }: ServerChunk, bytes: Buffer): ServerChunk {
	return { server, chunk: { ...chunk, bytes } };
}
