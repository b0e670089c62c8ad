import type { LogChunk } from '../../server.ts';

const NEWLINE = 0x0a;

/** Something that gives its chunks in order, null at its end. */
export interface ChunkSource {
	next(): LogChunk | null;
}

/** Chunks of many sources in order of time; each source's own order is kept. */
export function* mergeByTime(sources: readonly ChunkSource[]): Generator<LogChunk[]> {
	let heads = sources.flatMap((source) => withHead(source));
	while (heads.length > 0) {
		const first = heads.reduce((earliest, head) => (head.chunk.at < earliest.chunk.at ? head : earliest));
		yield [first.chunk];
		const next = first.source.next();
		if (next === null) heads = heads.filter((head) => head !== first);
		else first.chunk = next;
	}
}

function withHead(source: ChunkSource): { source: ChunkSource; chunk: LogChunk }[] {
	const chunk = source.next();
	return chunk === null ? [] : [{ source, chunk }];
}

/** The last `count` lines of chunks that come in order. */
export function lastLines(batches: Iterable<readonly LogChunk[]>, count: number): LogChunk[] {
	const kept: { chunk: LogChunk; lines: number }[] = [];
	let total = 0;
	for (const chunk of [...batches].flat()) {
		const lines = countLines(chunk.bytes);
		kept.push({ chunk, lines });
		total += lines;
	}
	while (kept[0] !== undefined && total - kept[0].lines >= count) total -= kept.shift()?.lines ?? 0;
	const first = kept[0];
	if (first !== undefined && total > count) {
		kept[0] = { ...first, chunk: { ...first.chunk, bytes: dropLines(first.chunk.bytes, total - count) } };
	}
	return kept.map(({ chunk }) => chunk);
}

export function countLines(bytes: Buffer): number {
	let count = 0;
	for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
	return count;
}

function dropLines(bytes: Buffer, count: number): Buffer {
	let from = 0;
	for (let dropped = 0; dropped < count; dropped++) from = bytes.indexOf(NEWLINE, from) + 1;
	return bytes.subarray(from);
}
