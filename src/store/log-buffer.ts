import { countLines } from '../model/lines.ts';

/** What came from one instance at one time, as it came: lines are made only of what somebody looks at. */
export interface LogPiece {
	readonly server: string;
	readonly instance: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly marker: boolean;
	readonly lineCount: number;
	/** Without line ends. */
	lines(): readonly string[];
}

export interface LogLine {
	readonly server: string;
	readonly instance: string;
	readonly at: number;
	readonly marker: boolean;
	readonly text: string;
}

/** Lines as they were at one moment; never changes, so a paused view can keep it. */
export interface LogWindow {
	/** Lines received since the view was opened, kept or not. */
	readonly received: number;
	readonly length: number;
	/** From 0, the oldest that is kept. */
	line(index: number): LogLine;
	/** Calls `visit` for each line from `from` on in the direction of `step`, until it returns false. */
	walk(from: number, step: 1 | -1, visit: (line: LogLine, index: number) => boolean): void;
}

const NEWLINE = 0x0a;
/** A longer line is cut when it is shown, so that one endless line cannot stall the console. */
const LONGEST_LINE = 20_000;

/** A line without an end counts too. */
function countAllLines(bytes: Buffer): number {
	return countLines(bytes) + (bytes.length > 0 && bytes.at(-1) !== NEWLINE ? 1 : 0);
}

/** The last `kept` lines. */
function lastLines(bytes: Buffer, kept: number): Buffer {
	let start = bytes.length - 1;
	for (let line = 0; line < kept && start >= 0; line += 1) {
		start = start === 0 ? -1 : bytes.lastIndexOf(NEWLINE, start - 1);
	}
	return start === -1 ? bytes : bytes.subarray(start + 1);
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

function createPiece(
	origin: {
		readonly server: string;
		readonly instance: string;
		readonly at: number;
		readonly marker: boolean;
	},
	bytes: Buffer,
	lineCount: number,
): LogPiece {
	let lines: readonly string[] | null = null;
	return {
		...origin,
		lineCount,
		lines: () => {
			lines ??= splitLines(bytes);
			return lines;
		},
	};
}

function createWindow(pieces: readonly LogPiece[], skipped: number, received: number): LogWindow {
	const starts = new Array<number>(pieces.length);
	let total = -skipped;
	for (const [position, piece] of pieces.entries()) {
		starts[position] = total;
		total += piece.lineCount;
	}
	const pieceAt = (index: number): number => {
		let low = 0;
		let high = pieces.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (starts[middle]! <= index) low = middle;
			else high = middle - 1;
		}
		return low;
	};
	const line = (index: number): LogLine => {
		const position = pieceAt(index);
		const piece = pieces[position]!;
		const text = piece.lines()[index - starts[position]!] ?? '';
		return { server: piece.server, instance: piece.instance, at: piece.at, marker: piece.marker, text };
	};
	return {
		received,
		length: total,
		line,
		walk(from, step, visit) {
			for (let index = from; index >= 0 && index < total; index += step) {
				if (!visit(line(index), index)) return;
			}
		},
	};
}

export const NO_LOG: LogWindow = createWindow([], 0, 0);

/** The last lines of a log view: bounded, and cheap whatever comes in. Lives outside of the store. */
export interface LogBuffer {
	append(origin: { server: string; instance: string; at: number; marker: boolean }, bytes: Buffer): void;
	/** The lines as they are now; the same object as before when nothing came. */
	window(): LogWindow;
	clear(): void;
}

export function createLogBuffer(capacity = 10_000): LogBuffer {
	let pieces: LogPiece[] = [];
	let length = 0;
	let received = 0;
	let window: LogWindow | null = NO_LOG;

	/** Read-back of several servers arrives one after the other: keep the order of time. */
	const insert = (piece: LogPiece) => {
		let position = pieces.length;
		while (position > 0 && pieces[position - 1]!.at > piece.at) position -= 1;
		if (position === pieces.length) pieces.push(piece);
		else pieces.splice(position, 0, piece);
	};
	const trim = () => {
		let dropped = 0;
		while (dropped < pieces.length && length - pieces[dropped]!.lineCount >= capacity) {
			length -= pieces[dropped]!.lineCount;
			dropped += 1;
		}
		if (dropped > 0) pieces = pieces.slice(dropped);
	};
	return {
		append(origin, bytes) {
			const count = countAllLines(bytes);
			if (count === 0) return;
			const kept = Math.min(count, capacity);
			insert(createPiece(origin, compact(count > kept ? lastLines(bytes, kept) : bytes), kept));
			length += kept;
			received += count;
			window = null;
			// Trimming moves the whole array: not for every line.
			if (length > 2 * capacity) trim();
		},
		window() {
			if (window === null) {
				trim();
				window = createWindow([...pieces], Math.max(0, length - capacity), received);
			}
			return window;
		},
		clear() {
			pieces = [];
			length = 0;
			received = 0;
			window = NO_LOG;
		},
	};
}
