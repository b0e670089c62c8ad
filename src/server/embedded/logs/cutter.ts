import { statSync } from 'node:fs';
import { punchHole } from '../../../linux/files.ts';
import { monotonicNow } from '../../../linux/proc.ts';
import { type LogIndex, readIndex, rewriteIndex } from './index.ts';

/** A log is cut by this part of its bound at a time, at a multiple of the file system's blocks. */
export const CUT_PART = 8;
const BLOCK = 4096;
/** A writer that gets this many bounds ahead of a cut is not caught by cuts of the usual depth. */
const FAR_AHEAD = 4;
/** A file system that cannot give back the front of a file is not asked at every look. */
const RETRY_MS = 5_000;

/** What of a log is kept. */
export interface Kept {
	/** Where it begins. */
	start: number;
	/** How many times its index holds. */
	entries: number;
}

/** Gives the front of logs back to the file system while they are written to. */
export class Cutter {
	readonly #onOutcome: (file: string, error: Error | null) => void;
	readonly #underWay = new Map<string, Promise<void>>();
	/** When a cut of a file failed last. */
	readonly #failedAt = new Map<string, number>();
	#finishing = false;

	constructor(onOutcome: (file: string, error: Error | null) => void) {
		this.#onOutcome = onOutcome;
	}

	/** Cuts a log until it is within its bound; goes on for as long as the writer is faster. */
	cut(file: string, kept: Kept, bound: number): void {
		const failedAt = this.#failedAt.get(file) ?? Number.NEGATIVE_INFINITY;
		if (this.#underWay.has(file) || monotonicNow() - failedAt < RETRY_MS) return;
		const cutting = this.#cutUntilWithin(file, kept, bound)
			.then(
				() => this.#ended(file, null),
				(error: Error) => this.#ended(file, error),
			)
			.finally(() => this.#underWay.delete(file));
		this.#underWay.set(file, cutting);
	}

	/** Resolves when each cut under way is done; from now on none goes on after a writer that is faster. */
	async finish(): Promise<void> {
		this.abandon();
		await Promise.all(this.#underWay.values());
	}

	/** No cut goes on after the one that the kernel is at. */
	abandon(): void {
		this.#finishing = true;
	}

	#ended(file: string, error: Error | null): void {
		if (error === null) this.#failedAt.delete(file);
		else this.#failedAt.set(file, monotonicNow());
		this.#onOutcome(file, error);
	}

	async #cutUntilWithin(file: string, kept: Kept, bound: number): Promise<void> {
		let left = bound - bound / CUT_PART;
		do {
			const start = Math.floor((sizeOf(file) - left) / BLOCK) * BLOCK;
			if (start <= kept.start) return;
			await cutAt(file, kept, start);
			if (sizeOf(file) - kept.start > FAR_AHEAD * bound) left = bound / CUT_PART;
		} while (!this.#finishing && sizeOf(file) - kept.start > bound);
	}
}

async function cutAt(file: string, kept: Kept, start: number): Promise<void> {
	const index = readIndex(file);
	const later = index.entries.filter((entry) => entry.size > start);
	const at = index.entries.findLast((entry) => entry.size <= start)?.at ?? later[0]?.at ?? 0;
	const cut = { ...index, entries: [{ at, size: start }, ...later] };
	// Readers learn of the cut before the bytes are gone; on a full disk only after, when there is room to write.
	const isTold = canRewrite(file, cut);
	const before = kept.start;
	Object.assign(kept, { start, entries: cut.entries.length });
	try {
		await punchHole(file, start);
	} catch (error) {
		// What is still there has to be cut again.
		kept.start = before;
		throw error;
	}
	if (!isTold) rewriteIndex(file, cut);
}

function canRewrite(file: string, index: LogIndex): boolean {
	try {
		rewriteIndex(file, index);
		return true;
	} catch {
		return false;
	}
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
