import { statSync } from 'node:fs';
import type { Selector } from '../../../model/change.ts';
import type { LogChunk, LogQuery } from '../../server.ts';
import { blockBytes } from './block.ts';
import { logFile, loggedInstances } from './files.ts';
import { Growth } from './growth.ts';
import { InstanceLog } from './instance-log.ts';
import { goBack, mergeByTime } from './merge.ts';

/**
 * The logs in a folder, straight from the files that the instances write: no supervisor is needed, and none is in the way.
 * First what was written in the past, merged by time; then, with `follow`, an empty batch and what comes, until `signal` is
 * aborted: what was written by then still comes.
 */
export async function* readLogs(
	directory: string,
	query: LogQuery,
	signal: AbortSignal,
): AsyncGenerator<LogChunk[]> {
	const instances = instancesIn(directory, query.selectors);
	const options = { ...query, blockBytes: blockBytes(instances.length) };
	const logs = new Map(
		instances.map((instance) => [instance, new InstanceLog(directory, instance, options)]),
	);
	try {
		const all = [...logs.values()];
		if (query.lines !== null) seekLastLines(all, query.lines);
		yield* mergeByTime(all);
		if (!query.follow) return;
		yield [];
		yield* follow(directory, query, logs, signal);
	} finally {
		for (const log of logs.values()) log.close();
	}
}

function seekLastLines(logs: readonly InstanceLog[], count: number): void {
	const ends = logs.map((log) => log.tail());
	goBack(ends, count);
	for (const [index, log] of logs.entries()) log.seekTail(ends[index]!);
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
				if (logs.has(instance) || isEmpty(logFile(directory, instance))) continue;
				const options = { since: null, follow: true, blockBytes: blockBytes(logs.size + 1) };
				logs.set(instance, new InstanceLog(directory, instance, options));
			}
			yield* readOn(logs, candidates, isLast);
			if (isLast) return;
			await growth.next();
		}
	} finally {
		growth.close();
	}
}

/** Most instances say nothing right after their start: their logs are opened when they do. */
function isEmpty(file: string): boolean {
	return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
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
