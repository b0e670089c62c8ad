import { countLines } from '../model/lines.ts';

/** Where lines come from. */
export interface LogOrigin {
	readonly server: string;
	readonly instance: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly marker: boolean;
}

/** What came from one instance at one time, as it came: lines are made only of what somebody looks at. */
export interface LogPiece extends LogOrigin {
	readonly lineCount: number;
	/** Without line ends. */
	lines(): readonly string[];
}

const NEWLINE = 0x0a;
/** A longer line is cut when it is shown, so that one endless line cannot stall the console. */
const LONGEST_LINE = 20_000;

/** A line without an end counts too. */
export function countAllLines(bytes: Buffer): number {
	return countLines(bytes) + (bytes.length > 0 && bytes.at(-1) !== NEWLINE ? 1 : 0);
}

/** A small part of a big read must not keep all of it in memory. */
function compact(bytes: Buffer): Buffer {
	return bytes.length * 2 < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

function splitLines(bytes: Buffer): string[] {
	const lines = bytes.toString('utf8').split('\n');
	if (lines.at(-1) === '') lines.pop();
	return lines.map((line) => (line.length > LONGEST_LINE ? line.slice(0, LONGEST_LINE) : line));
}

export function createPiece(origin: LogOrigin, bytes: Buffer, lineCount: number): LogPiece {
	const kept = compact(bytes);
	let lines: readonly string[] | null = null;
	return {
		...origin,
		lineCount,
		lines: () => {
			lines ??= splitLines(kept);
			return lines;
		},
	};
}
