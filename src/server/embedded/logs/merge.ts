import type { LogChunk } from '../../server.ts';
import { EarliestFirst } from './earliest-first.ts';

/** Small chunks are passed on together, up to about this much. */
const BATCH_BYTES = 128 * 1024;
const BATCH_CHUNKS = 256;

/** Something that gives its chunks in order, null at its end. */
interface ChunkSource {
	next(): LogChunk | null;
}

/** Something that is gone back over from its end, moment by moment. */
interface BackwardSource {
	/** The moment that comes next, in milliseconds since the epoch; null at the beginning. */
	readonly at: number | null;
	/** Goes back within that moment; returns how many lines it went, at most `most`. */
	back(most: number): number;
}

/** Chunks of many sources in order of time; each source's own order is kept. */
export function* mergeByTime(sources: readonly ChunkSource[]): Generator<LogChunk[]> {
	const heads = new EarliestFirst<{ source: ChunkSource; chunk: LogChunk }>();
	const advance = (source: ChunkSource) => {
		const chunk = source.next();
		if (chunk !== null) heads.add(chunk.at, { source, chunk });
	};
	sources.forEach(advance);
	let batch: LogChunk[] = [];
	let bytes = 0;
	for (let first = heads.take(); first !== null; first = heads.take()) {
		batch.push(first.chunk);
		bytes += first.chunk.bytes.length;
		if (bytes >= BATCH_BYTES || batch.length === BATCH_CHUNKS) {
			yield batch;
			batch = [];
			bytes = 0;
		}
		advance(first.source);
	}
	if (batch.length > 0) yield batch;
}

/** Goes back over the last `count` lines of all sources together. */
export function goBack(sources: readonly BackwardSource[], count: number): void {
	const latestFirst = new EarliestFirst<BackwardSource>();
	const wait = (source: BackwardSource) => {
		if (source.at !== null) latestFirst.add(-source.at, source);
	};
	sources.forEach(wait);
	let missing = count;
	while (missing > 0) {
		const latest = latestFirst.take();
		if (latest === null) return;
		missing -= latest.back(missing);
		wait(latest);
	}
}
