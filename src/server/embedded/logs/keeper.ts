import { rmSync, statSync } from 'node:fs';
import { CUT_PART, Cutter, type Kept } from './cutter.ts';
import { indexFile, logFile, previousLogFile } from './files.ts';
import { appendIndex, readIndex, rewriteIndex } from './index.ts';

/** The unit of `stat`'s block count. */
const BLOCKS_ARE = 512;
const LONGEST_INDEX = 16_384;
/** Times are noted this far apart, unless a log grows fast. */
const NOTE_MS = 1_000;

interface Looked extends Kept {
	/** At the last look. */
	size: number;
	/** The size that was noted last, and when. */
	noted: number;
	notedAt: number;
}

/**
 * Bounds the logs from outside, while the instances write to them, and notes how long each was when.
 * It never stands between an instance and its file.
 */
export class LogKeeper {
	readonly #directory: string;
	readonly #bounds = new Map<string, number>();
	readonly #looked = new Map<string, Looked>();
	readonly #failing = new Set<string>();
	readonly #cutter = new Cutter((file, error) => this.#report(`cannot cut ${file}`, error));

	constructor(directory: string) {
		this.#directory = directory;
	}

	/**
	 * Looks at each log once. What cannot be done is reported on stderr, and tried again at the next look.
	 * @param bounds bytes kept by instance name; an instance that is no longer in it keeps its bound
	 * @returns whether one grew so fast that the next look should come soon
	 */
	look(bounds: ReadonlyMap<string, number>, now: number): boolean {
		for (const [instance, bound] of bounds) this.#bounds.set(instance, bound);
		let hasty = false;
		for (const [instance, bound] of this.#bounds) {
			if (this.#tryLookAt(instance, bound, now, NOTE_MS)) hasty = true;
		}
		return hasty;
	}

	/** Looks for a last time; resolves when no cut is under way. */
	async close(): Promise<void> {
		await this.#cutter.finish();
		const now = Date.now();
		for (const [instance, bound] of this.#bounds) this.#tryLookAt(instance, bound, now, 0);
		await this.#cutter.finish();
	}

	/** A disk that is full, or a file that is in the way, must not end the look at the other logs. */
	#tryLookAt(instance: string, bound: number, now: number, noteMs: number): boolean {
		const task = `cannot look after the log of ${instance}`;
		try {
			const hasty = this.#lookAt(instance, bound, now, noteMs);
			this.#report(task, null);
			return hasty;
		} catch (error) {
			this.#report(task, error as Error);
			return false;
		}
	}

	#lookAt(instance: string, bound: number, now: number, noteMs: number): boolean {
		const file = logFile(this.#directory, instance);
		const size = statSync(file, { throwIfNoEntry: false })?.size;
		if (size === undefined) return false;
		const log = this.#looked.get(instance) ?? this.#recall(instance, file);
		const isFast = size - log.size > bound / CUT_PART;
		if (size < log.size) log.entries = 0;
		log.size = size;
		try {
			const isDue = isFast || now - log.notedAt >= noteMs;
			if (log.entries === 0 || (size !== log.noted && isDue)) note(file, log, now);
		} finally {
			// Also when nothing can be noted: on a full disk this is what makes room.
			if (size - log.start > bound) this.#cutter.cut(file, log, bound);
			this.#boundPrevious(instance, bound - (size - log.start));
		}
		return isFast;
	}

	#recall(instance: string, file: string): Looked {
		const entries = readIndex(file);
		const noted = entries.at(-1) ?? { at: 0, size: 0 };
		const looked: Looked = {
			size: noted.size,
			noted: noted.size,
			notedAt: noted.at,
			start: entries[0]?.size ?? 0,
			entries: entries.length,
		};
		this.#looked.set(instance, looked);
		return looked;
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
			const entries = readIndex(previous);
			this.#cutter.cut(previous, { start: entries[0]?.size ?? 0, entries: entries.length }, room);
		}
	}

	/** Tells of what fails once, until it works again. */
	#report(task: string, error: Error | null): void {
		if (error === null) {
			this.#failing.delete(task);
		} else if (!this.#failing.has(task)) {
			this.#failing.add(task);
			process.stderr.write(`${task}: ${error.message}\n`);
		}
	}
}

function note(file: string, log: Looked, now: number): void {
	const { size } = log;
	if (log.entries === 0) {
		// Begun anew, or truncated by the app.
		log.start = 0;
		rewriteIndex(file, [
			{ at: now, size: 0 },
			{ at: now, size },
		]);
		log.entries = 2;
	} else {
		appendIndex(file, { at: now, size });
		log.entries++;
	}
	Object.assign(log, { noted: size, notedAt: now });
	if (log.entries > LONGEST_INDEX) thin(file, log);
}

/** Every second entry goes: old lines get coarser times instead of an index without bound. */
function thin(file: string, kept: Kept): void {
	const entries = readIndex(file);
	const thinned = entries.filter(
		(_, position) => position === 0 || position % 2 === 1 || position === entries.length - 1,
	);
	rewriteIndex(file, thinned);
	kept.entries = thinned.length;
}
