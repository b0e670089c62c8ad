import { rmSync, statSync } from 'node:fs';
import { punchHole } from '../../../linux/files.ts';
import { indexFile, logFile, previousLogFile } from './files.ts';
import { appendIndex, readIndex, rewriteIndex } from './index.ts';

/** A log is cut by this part of its bound at a time, at a multiple of the file system's blocks. */
const CUT_PART = 8;
const BLOCK = 4096;
/** The unit of `stat`'s block count. */
const BLOCKS_ARE = 512;
const LONGEST_INDEX = 16_384;

interface Kept {
	size: number;
	/** Where what is kept begins. */
	start: number;
	entries: number;
	cutting: boolean;
}

/**
 * Bounds the logs from outside, while the instances write to them, and notes how long each was when.
 * It never stands between an instance and its file.
 */
export class LogKeeper {
	readonly #directory: string;
	readonly #kept = new Map<string, Kept>();

	constructor(directory: string) {
		this.#directory = directory;
	}

	/**
	 * Looks at each log once.
	 * @param bounds bytes kept by instance name
	 * @returns whether one grew so fast that the next look should come soon
	 */
	look(bounds: ReadonlyMap<string, number>, now: number): boolean {
		let hasty = false;
		for (const [instance, bound] of bounds) {
			const grown = this.#lookAt(instance, bound, now);
			if (grown > bound / CUT_PART) hasty = true;
		}
		return hasty;
	}

	#lookAt(instance: string, bound: number, now: number): number {
		const file = logFile(this.#directory, instance);
		const size = sizeOf(file);
		if (size === null) return 0;
		const kept = this.#kept.get(instance) ?? this.#recall(instance, file);
		const grown = size - kept.size;
		if (grown !== 0) this.#note(file, kept, size, now);
		if (size - kept.start > bound) void this.#cut(file, kept, size, bound);
		this.#boundPrevious(instance, bound - (size - kept.start));
		return grown;
	}

	#recall(instance: string, file: string): Kept {
		const entries = readIndex(file);
		const kept: Kept = {
			size: entries.at(-1)?.size ?? 0,
			start: entries[0]?.size ?? 0,
			entries: entries.length,
			cutting: false,
		};
		this.#kept.set(instance, kept);
		return kept;
	}

	#note(file: string, kept: Kept, size: number, now: number): void {
		if (size < kept.size || kept.entries === 0) {
			// Begun anew, or truncated by the app.
			rewriteIndex(file, [
				{ at: now, size: 0 },
				{ at: now, size },
			]);
			Object.assign(kept, { size, start: 0, entries: 2 });
			return;
		}
		appendIndex(file, { at: now, size });
		kept.size = size;
		kept.entries++;
		if (kept.entries > LONGEST_INDEX) this.#thin(file, kept);
	}

	/** Every second entry goes: old lines get coarser times instead of an index without bound. */
	#thin(file: string, kept: Kept): void {
		const entries = readIndex(file);
		const thinned = entries.filter(
			(_, position) => position === 0 || position % 2 === 1 || position === entries.length - 1,
		);
		rewriteIndex(file, thinned);
		kept.entries = thinned.length;
	}

	async #cut(file: string, kept: Kept, size: number, bound: number): Promise<void> {
		if (kept.cutting) return;
		kept.cutting = true;
		try {
			const start = Math.floor((size - bound + bound / CUT_PART) / BLOCK) * BLOCK;
			if (start <= kept.start) return;
			// Readers learn of the cut before the bytes are gone.
			const entries = readIndex(file);
			const later = entries.filter((entry) => entry.size > start);
			const at = entries.findLast((entry) => entry.size <= start)?.at ?? later[0]?.at ?? 0;
			rewriteIndex(file, [{ at, size: start }, ...later]);
			Object.assign(kept, { start, entries: later.length + 1 });
			await punchHole(file, start);
		} catch (error) {
			process.stderr.write(`cannot cut ${file}: ${(error as Error).message}\n`);
		} finally {
			kept.cutting = false;
		}
	}

	/** The file before the last new beginning keeps what the current one does not use of the bound. */
	#boundPrevious(instance: string, room: number): void {
		const previous = previousLogFile(this.#directory, instance);
		const found = statSync(previous, { throwIfNoEntry: false });
		if (found === undefined) return;
		if (room <= 0) {
			rmSync(previous, { force: true });
			rmSync(indexFile(previous), { force: true });
		} else if (found.blocks * BLOCKS_ARE > room) {
			const kept = this.#kept.get(previous) ?? { size: found.size, start: 0, entries: 0, cutting: false };
			this.#kept.set(previous, kept);
			void this.#cut(previous, kept, found.size, room);
		}
	}
}

function sizeOf(file: string): number | null {
	try {
		return statSync(file).size;
	} catch {
		return null;
	}
}
