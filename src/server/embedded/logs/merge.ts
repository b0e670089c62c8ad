import { countLines, dropLines } from '../../../model/lines.ts';
import type { LogChunk } from '../../server.ts';

/** Small chunks are passed on together, up to about this much. */
const BATCH_BYTES = 128 * 1024;
const BATCH_CHUNKS = 256;

/** Something that gives its chunks in order, null at its end. */
export interface ChunkSource {
	next(): LogChunk | null;
}

interface Head {
	readonly source: ChunkSource;
	readonly chunk: LogChunk;
}

/** Chunks of many sources in order of time; each source's own order is kept. */
export function* mergeByTime(sources: readonly ChunkSource[]): Generator<LogChunk[]> {
	/** The earliest last, where it is taken from. */
	const heads: Head[] = [];
	for (const source of sources) insertHead(heads, source);
	let batch: LogChunk[] = [];
	let bytes = 0;
	for (let first = heads.pop(); first !== undefined; first = heads.pop()) {
		batch.push(first.chunk);
		bytes += first.chunk.bytes.length;
		if (bytes >= BATCH_BYTES || batch.length === BATCH_CHUNKS) {
			yield batch;
			batch = [];
			bytes = 0;
		}
		insertHead(heads, first.source);
	}
	if (batch.length > 0) yield batch;
}

function insertHead(heads: Head[], source: ChunkSource): void {
	const chunk = source.next();
	if (chunk === null) return;
	let low = 0;
	let high = heads.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (heads[middle]!.chunk.at > chunk.at) low = middle + 1;
		else high = middle;
	}
	heads.splice(low, 0, { source, chunk });
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
