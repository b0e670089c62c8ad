import { dropLines } from '../model/lines.ts';
import { countAllLines, createPiece, type LogOrigin, type LogPiece } from './log-piece.ts';
import { createWindow, type LogWindow, NO_LOG } from './log-window.ts';

/** The last lines of a log view: bounded, and cheap whatever comes in. Lives outside of the store. */
export interface LogBuffer {
	append(origin: LogOrigin, bytes: Buffer): void;
	/** The lines as they are now; the same object as before when nothing came. */
	window(): LogWindow;
	clear(): void;
}

class PieceBuffer implements LogBuffer {
	readonly #capacity: number;
	#pieces: LogPiece[] = [];
	#length = 0;
	#received = 0;
	#window: LogWindow | null = NO_LOG;

	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	append(origin: LogOrigin, bytes: Buffer): void {
		const count = countAllLines(bytes);
		if (count === 0) return;
		const kept = Math.min(count, this.#capacity);
		this.#insert(createPiece(origin, dropLines(bytes, count - kept), kept));
		this.#length += kept;
		this.#received += count;
		this.#window = null;
		// Trimming moves the whole array: not for every line.
		if (this.#length > 2 * this.#capacity) this.#trim();
	}

	window(): LogWindow {
		if (this.#window === null) {
			this.#trim();
			const skipped = Math.max(0, this.#length - this.#capacity);
			this.#window = createWindow([...this.#pieces], skipped, this.#received);
		}
		return this.#window;
	}

	clear(): void {
		this.#pieces = [];
		this.#length = 0;
		this.#received = 0;
		this.#window = NO_LOG;
	}

	/** Read-back of several servers arrives one after the other: keep the order of time. */
	#insert(piece: LogPiece): void {
		let position = this.#pieces.length;
		while (position > 0 && this.#pieces[position - 1]!.at > piece.at) position -= 1;
		if (position === this.#pieces.length) this.#pieces.push(piece);
		else this.#pieces.splice(position, 0, piece);
	}

	#trim(): void {
		let dropped = 0;
		while (dropped < this.#pieces.length) {
			const { lineCount } = this.#pieces[dropped]!;
			if (this.#length - lineCount < this.#capacity) break;
			this.#length -= lineCount;
			dropped += 1;
		}
		if (dropped > 0) this.#pieces = this.#pieces.slice(dropped);
	}
}

/** @param capacity in lines */
export function createLogBuffer(capacity = 10_000): LogBuffer {
	return new PieceBuffer(capacity);
}
