import type { Stats } from 'node:fs';

export type Look = Pick<Stats, 'size' | 'mtimeMs'>;

/**
 * Only so few bytes are written anew to the very same length. It also keeps apart what modifies a file without making it
 * longer: a cut at its front, of a log that is longer than this, and file systems that set the time late.
 */
const LONGEST_REWRITTEN = 4096;

/** Notices that a log, which is only ever appended to, was truncated, by how its file looks now and then. */
export class TruncationWatch {
	#size: number;
	/** When it was last modified, at the look that found it this long. */
	#modifiedAt: number;
	#isSuspect = false;

	/** @param first what the next look is compared with */
	constructor(first: Look) {
		this.#size = first.size;
		this.#modifiedAt = first.mtimeMs;
	}

	/** Whether it was truncated since the last look. A log that was written anew to its old length takes two looks. */
	isTruncated({ size, mtimeMs }: Look): boolean {
		const isRewritten =
			size === this.#size && mtimeMs !== this.#modifiedAt && size > 0 && size <= LONGEST_REWRITTEN;
		if (isRewritten && !this.#isSuspect) {
			// Or an append is under way, which has set the time already: then the file is longer at the next look.
			this.#isSuspect = true;
			return false;
		}
		const isShorter = size < this.#size;
		this.#size = size;
		this.#modifiedAt = mtimeMs;
		this.#isSuspect = false;
		return isShorter || isRewritten;
	}
}
