import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of a log. What is only appended to keeps them, so that others mean that it was begun anew. */
export interface Head {
	/** Bytes; 0: nothing is known of them. */
	readonly length: number;
	readonly checksum: number;
}

export const HEAD_BYTES = 64;
export const NO_HEAD: Head = { length: 0, checksum: 0 };

export function readHead(descriptor: number): Head {
	const bytes = firstBytes(descriptor, HEAD_BYTES);
	return { length: bytes.length, checksum: checksum(bytes) };
}

/** @param isCut the front of the log was given back, and reads as NUL */
export function hasHead(descriptor: number, head: Head, isCut: boolean): boolean {
	if (head.length === 0) return true;
	const bytes = firstBytes(descriptor, head.length);
	if (isCut && bytes[0] === 0) return true;
	return bytes.length === head.length && checksum(bytes) === head.checksum;
}

/** Opens a file for a look at its head. */
export function lookInto<T>(file: string, look: (descriptor: number) => T): T {
	const descriptor = openSync(file, 'r');
	try {
		return look(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

function firstBytes(descriptor: number, length: number): Buffer {
	const bytes = Buffer.allocUnsafe(length);
	return bytes.subarray(0, readSync(descriptor, bytes, 0, length, 0));
}

/** FNV-1a. */
function checksum(bytes: Buffer): number {
	let hash = 0x811c9dc5;
	for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
	return hash >>> 0;
}
