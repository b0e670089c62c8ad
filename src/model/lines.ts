const NEWLINE = 0x0a;

/** How many line ends there are. */
export function countLines(bytes: Buffer): number {
	let count = 0;
	for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
	return count;
}

/** The bytes after the first `count` lines. */
export function dropLines(bytes: Buffer, count: number): Buffer {
	let from = 0;
	for (let dropped = 0; dropped < count; dropped += 1) from = bytes.indexOf(NEWLINE, from) + 1;
	return bytes.subarray(from);
}
