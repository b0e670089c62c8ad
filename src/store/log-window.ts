import type { LogOrigin, LogPiece } from './log-piece.ts';

export interface LogLine extends LogOrigin {
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

class PieceWindow implements LogWindow {
	readonly received: number;
	readonly length: number;
	readonly #pieces: readonly LogPiece[];
	/** The index of each piece's first line. */
	readonly #starts: readonly number[];

	constructor(pieces: readonly LogPiece[], skipped: number, received: number) {
		const starts = new Array<number>(pieces.length);
		let total = -skipped;
		for (const [position, piece] of pieces.entries()) {
			starts[position] = total;
			total += piece.lineCount;
		}
		this.#pieces = pieces;
		this.#starts = starts;
		this.length = total;
		this.received = received;
	}

	line(index: number): LogLine {
		const position = this.#positionOf(index);
		const { server, instance, at, marker, lines } = this.#pieces[position]!;
		return { server, instance, at, marker, text: lines()[index - this.#starts[position]!] ?? '' };
	}

	walk(from: number, step: 1 | -1, visit: (line: LogLine, index: number) => boolean): void {
		for (let index = from; index >= 0 && index < this.length; index += step) {
			if (!visit(this.line(index), index)) return;
		}
	}

	/** The piece that has the line, by halving. */
	#positionOf(index: number): number {
		let low = 0;
		let high = this.#pieces.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#starts[middle]! <= index) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}

/** @param skipped lines at the beginning of the first piece that are not of the window */
export function createWindow(pieces: readonly LogPiece[], skipped: number, received: number): LogWindow {
	return new PieceWindow(pieces, skipped, received);
}

export const NO_LOG: LogWindow = createWindow([], 0, 0);
