import type { LogChunk, LogQuery } from '../../server.ts';
import { logFile, previousLogFile } from './files.ts';
import { LogFile } from './log-file.ts';
import type { Tail } from './tail.ts';

export interface InstanceLogOptions extends Pick<LogQuery, 'since' | 'follow'> {
	/** How much of a file is read at once. */
	readonly blockBytes: number;
}

/** What one instance wrote and writes, over its files. */
export class InstanceLog {
	readonly #instance: string;
	readonly #path: string;
	readonly #flushesPast: boolean;
	readonly #blockBytes: number;
	/** Oldest first; the last one is being written. */
	#files: LogFile[];

	constructor(directory: string, instance: string, { since, follow, blockBytes }: InstanceLogOptions) {
		this.#instance = instance;
		this.#path = logFile(directory, instance);
		// A line that is being written is told whole later.
		this.#flushesPast = !follow;
		this.#blockBytes = blockBytes;
		const paths = [previousLogFile(directory, instance), this.#path];
		this.#files = paths.map((path) => this.#open(path)).filter((file) => file !== null);
		if (since !== null) for (const file of this.#files) file.seekTime(since);
	}

	/** The past, to be gone back over. */
	tail(): InstanceTail {
		return new InstanceTail(this.#files.map((file) => file.tail()));
	}

	/** Goes to where one has gone back to. */
	seekTail({ tails }: InstanceTail): void {
		for (const [index, file] of this.#files.entries()) file.seekTail(tails[index]!);
	}

	/** The next chunk of the past. */
	next(): LogChunk | null {
		for (;;) {
			const chunk = this.#files[0]?.readBack(this.#flushesPast || this.#files.length > 1) ?? null;
			if (chunk !== null || this.#files.length <= 1) return chunk;
			this.#files.shift()?.close();
		}
	}

	/** The next chunk of the present. */
	readOn(flush: boolean): LogChunk | null {
		const file = this.#files[0];
		if (file === undefined) return this.#beginNext() ? this.readOn(flush) : null;
		const isReplaced = file.isReplaced;
		const chunk = file.readOn(flush || isReplaced);
		if (chunk !== null || !isReplaced) return chunk;
		file.close();
		this.#files = [];
		return this.#beginNext() ? this.readOn(flush) : null;
	}

	close(): void {
		for (const file of this.#files) file.close();
	}

	#open(path: string): LogFile | null {
		return LogFile.open(this.#instance, path, this.#blockBytes);
	}

	#beginNext(): boolean {
		const file = this.#open(this.#path);
		this.#files = file === null ? [] : [file];
		return file !== null;
	}
}

/** The end of what one instance wrote, over its files. */
class InstanceTail {
	/** Of the oldest file first. */
	readonly tails: readonly Tail[];

	constructor(tails: readonly Tail[]) {
		this.tails = tails;
	}

	get at(): number | null {
		return this.#latest?.at ?? null;
	}

	back(most: number): number {
		return this.#latest?.back(most) ?? 0;
	}

	get #latest(): Tail | undefined {
		return this.tails.findLast(({ at }) => at !== null);
	}
}
