import { rmSync, type Stats, statSync } from 'node:fs';
import type { FileMessage } from '../../../model/errors.ts';
import { CUT_PART, Cutter } from './cutter.ts';
import { indexFile, logFile, previousLogFile } from './files.ts';
import { readIndex } from './index.ts';
import { forget, keepsHead, type Noted, note, recall } from './noting.ts';

/** The unit of `stat`'s block count. */
const BLOCKS_ARE = 512;
/** Times are noted this far apart, unless a log grows fast. */
const NOTE_MS = 1_000;

const CANNOT_LOOK = 'cannot be looked after';
const CANNOT_BOUND = 'cannot be kept within log_max';

/**
 * Bounds the logs from outside, while the instances write to them, and notes how long each was when.
 * It never stands between an instance and its file.
 */
export class LogKeeper {
	readonly #directory: string;
	readonly #bounds = new Map<string, number>();
	readonly #logs = new Map<string, Noted>();
	/** Instances that truncated their logs as nobody looked. */
	readonly #truncated = new Set<string>();
	/** What cannot be done, by the log that it concerns. */
	readonly #failing = new Map<string, string>();
	readonly #onProblem: () => void;
	readonly #cutter = new Cutter((file, error) => this.#report(file, CANNOT_BOUND, error));

	/** @param onProblem told when `problem` changed */
	constructor(directory: string, onProblem: () => void = () => {}) {
		this.#directory = directory;
		this.#onProblem = onProblem;
	}

	/** Why a log cannot be looked after, or null. */
	get problem(): FileMessage | null {
		const [first] = this.#failing;
		if (first === undefined) return null;
		const [file, reason] = first;
		const others = this.#failing.size - 1;
		const message = others === 0 ? reason : `${reason}, as of ${others} more`;
		return { file, line: null, message };
	}

	/**
	 * Looks at each log once. What cannot be done is reported on stderr, and tried again at the next look.
	 * @param bounds bytes kept by instance name; an instance that is no longer in it keeps its bound
	 * @param truncated instances of which it is known that they truncated their logs
	 * @returns whether one grew so fast that the next look should come soon
	 */
	look(bounds: ReadonlyMap<string, number>, now: number, truncated: Iterable<string> = []): boolean {
		for (const [instance, bound] of bounds) this.#bounds.set(instance, bound);
		for (const instance of truncated) this.#truncated.add(instance);
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

	/** Ends without a last look: the logs are somebody else's now. */
	abandon(): void {
		this.#cutter.abandon();
	}

	/** A disk that is full, or a file that is in the way, must not end the look at the other logs. */
	#tryLookAt(instance: string, bound: number, now: number, noteMs: number): boolean {
		try {
			const hasty = this.#lookAt(instance, bound, now, noteMs);
			this.#report(`the log of ${instance}`, CANNOT_LOOK, null);
			return hasty;
		} catch (error) {
			this.#report(`the log of ${instance}`, CANNOT_LOOK, error as Error);
			return false;
		}
	}

	#lookAt(instance: string, bound: number, now: number, noteMs: number): boolean {
		const file = logFile(this.#directory, instance);
		const stats = statSync(file, { throwIfNoEntry: false });
		if (stats === undefined) return false;
		const log = this.#logOf(instance, file, stats);
		const { size } = stats;
		const isFast = size - log.size > bound / CUT_PART;
		// The distance: a clock that was set back must not keep times from being noted until it is where it was.
		const isDue = size !== log.noted && (isFast || Math.abs(now - log.notedAt) >= noteMs);
		log.size = size;
		try {
			const isKnown = this.#truncated.delete(instance);
			if (log.watch.isTruncated(stats) || isKnown || (isDue && !keepsHead(file, log)))
				forget(log, Math.min(now, stats.mtimeMs));
			const isNew = log.entries === 0 && (size > 0 || log.truncatedAt !== null);
			if (isDue || isNew) note(file, log, now);
		} finally {
			// Also when nothing can be noted: on a full disk this is what makes room.
			if (size - log.start > bound) this.#cutter.cut(file, log, bound);
			this.#boundPrevious(instance, bound - (size - log.start));
		}
		return isFast;
	}

	#logOf(instance: string, file: string, stats: Stats): Noted {
		const known = this.#logs.get(instance);
		if (known?.inode === stats.ino) return known;
		const log = recall(file, stats);
		this.#logs.set(instance, log);
		return log;
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
			const { entries } = readIndex(previous);
			this.#cutter.cut(previous, { start: entries[0]?.size ?? 0, entries: entries.length }, room);
		}
	}

	/** Tells of what fails once, until it works again. */
	#report(file: string, task: string, error: Error | null): void {
		const before = this.#failing.get(file);
		if (error === null) {
			if (!before?.startsWith(task)) return;
			this.#failing.delete(file);
		} else {
			const reason = `${task}: ${error.message.trim()}`;
			if (before === reason) return;
			this.#failing.set(file, reason);
			process.stderr.write(`${file}: ${reason}\n`);
		}
		this.#onProblem();
	}
}
