import type { Selector } from '../../../model/change.ts';
import type { LogChunk, LogQuery } from '../../server.ts';
import { logFile, loggedInstances, previousLogFile } from './files.ts';
import { Growth } from './growth.ts';
import { LogFile } from './log-file.ts';
import { lastLines, mergeByTime } from './merge.ts';

/**
 * The logs in a folder, straight from the files that the instances write: no supervisor is needed, and none is in the way.
 * First what was written in the past, merged by time; then, with `follow`, what comes, until `signal` is aborted:
 * what was written by then still comes.
 */
export async function* readLogs(
	directory: string,
	query: LogQuery,
	signal: AbortSignal,
): AsyncGenerator<LogChunk[]> {
	const logs = new Map(
		instancesIn(directory, query.selectors).map((instance) => [
			instance,
			new InstanceLog(directory, instance, query),
		]),
	);
	try {
		const past = mergeByTime([...logs.values()]);
		if (query.lines === null) yield* past;
		else yield lastLines(past, query.lines);
		if (query.follow) yield* follow(directory, query, logs, signal);
	} finally {
		for (const log of logs.values()) log.close();
	}
}

async function* follow(
	directory: string,
	query: LogQuery,
	logs: Map<string, InstanceLog>,
	signal: AbortSignal,
): AsyncGenerator<LogChunk[]> {
	const growth = new Growth(directory, signal);
	try {
		for (;;) {
			const isLast = signal.aborted;
			const grown = isLast ? null : growth.take();
			const candidates =
				grown?.filter((name) => isSelected(name, query.selectors)) ?? instancesIn(directory, query.selectors);
			for (const instance of candidates) {
				if (!logs.has(instance)) logs.set(instance, new InstanceLog(directory, instance, FROM_THE_START));
			}
			yield* readOn(logs, candidates, isLast);
			if (isLast) return;
			await growth.next();
		}
	} finally {
		growth.close();
	}
}

/** In turns, so that one that floods does not silence the others. */
function* readOn(
	logs: ReadonlyMap<string, InstanceLog>,
	names: readonly string[],
	flush: boolean,
): Generator<LogChunk[]> {
	let growing = names;
	while (growing.length > 0) {
		const still: string[] = [];
		const chunks: LogChunk[] = [];
		for (const name of growing) {
			const chunk = logs.get(name)?.readOn(flush) ?? null;
			if (chunk === null) continue;
			chunks.push(chunk);
			still.push(name);
		}
		if (chunks.length > 0) yield chunks;
		growing = still;
	}
}

function instancesIn(directory: string, selectors: readonly Selector[]): string[] {
	return loggedInstances(directory).filter((instance) => isSelected(instance, selectors));
}

function isSelected(instance: string, selectors: readonly Selector[]): boolean {
	if (selectors.length === 0) return true;
	const dot = instance.lastIndexOf('.');
	const type = instance.slice(0, dot);
	const index = Number(instance.slice(dot + 1));
	return selectors.some(
		(selector) => selector.type === type && (selector.index === null || selector.index === index),
	);
}

const FROM_THE_START: Pick<LogQuery, 'lines' | 'since' | 'follow'> = {
	lines: null,
	since: null,
	follow: true,
};

/** What one instance wrote and writes, over its files. */
class InstanceLog {
	readonly #instance: string;
	readonly #path: string;
	readonly #flushesPast: boolean;
	/** Oldest first; the last one is being written. */
	#files: LogFile[];

	constructor(
		directory: string,
		instance: string,
		{ lines, since, follow }: Pick<LogQuery, 'lines' | 'since' | 'follow'>,
	) {
		this.#instance = instance;
		this.#path = logFile(directory, instance);
		// A line that is being written is told whole later.
		this.#flushesPast = !follow;
		const paths = [previousLogFile(directory, instance), this.#path];
		this.#files = paths.map((path) => LogFile.open(instance, path)).filter((file) => file !== null);
		if (since !== null) for (const file of this.#files) file.seekTime(since);
		let missing = lines;
		for (const file of this.#files.toReversed()) {
			if (missing !== null) missing -= file.seekLastLines(missing);
		}
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

	#beginNext(): boolean {
		const file = LogFile.open(this.#instance, this.#path);
		this.#files = file === null ? [] : [file];
		return file !== null;
	}
}
