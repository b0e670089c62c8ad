import type { Readable } from 'node:stream';

const KEPT = 8 * 1024;

/** Reads a stream to its end. @returns what tells the last of it, as text */
export function tailOf(readable: Readable): () => string {
	let tail = Buffer.alloc(0);
	readable.on('data', (chunk: Buffer) => {
		tail = Buffer.concat([tail, chunk]).subarray(-KEPT);
	});
	readable.resume();
	return () => tail.toString();
}
