import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { logFile } from '../../../../src/server/embedded/logs/files.ts';
import { LogKeeper } from '../../../../src/server/embedded/logs/keeper.ts';
import { readLogs } from '../../../../src/server/embedded/logs/reader.ts';
import type { LogChunk, LogQuery } from '../../../../src/server/server.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const PLENTY = 1024 * 1024 * 1024;

/** A folder of logs, written to and looked at as instances and the supervisor do. */
export class Logs {
	readonly directory: string;
	readonly bound: number;
	readonly keeper: LogKeeper;

	private constructor(directory: string, bound: number) {
		this.directory = directory;
		this.bound = bound;
		this.keeper = new LogKeeper(directory);
	}

	/** @param bound bytes kept per instance */
	static async open(bound = PLENTY): Promise<Logs> {
		const directory = await tempFolder({}, 'logs');
		mkdirSync(directory, { recursive: true });
		return new Logs(directory, bound);
	}

	file(instance: string): string {
		return logFile(this.directory, instance);
	}

	write(instance: string, text: string): void {
		appendFileSync(this.file(instance), text);
	}

	/** What `> /dev/stderr` in a script does to its log. */
	truncate(instance: string, text: string): void {
		writeFileSync(this.file(instance), text);
	}

	/** Lets the keeper look, as it does by the clock. */
	look(now: number, ...instances: string[]): boolean {
		const names = instances.length > 0 ? instances : ['worker.1'];
		return this.keeper.look(new Map(names.map((name) => [name, this.bound])), now);
	}

	read(query: Partial<LogQuery> = {}, signal = new AbortController().signal): AsyncGenerator<LogChunk[]> {
		const all = { selectors: [], follow: false, lines: null, since: null, ...query };
		return readLogs(this.directory, all, signal);
	}

	async chunks(query: Partial<LogQuery> = {}): Promise<LogChunk[]> {
		const chunks: LogChunk[] = [];
		for await (const batch of this.read(query)) chunks.push(...batch);
		return chunks;
	}

	async text(query: Partial<LogQuery> = {}): Promise<string> {
		return textOf(await this.chunks(query));
	}
}

export function textOf(chunks: readonly LogChunk[]): string {
	return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();
}

/** Reads what is followed until `isOver`, then what is left. */
export async function follow(
	logs: Logs,
	isOver: (chunks: readonly LogChunk[]) => boolean,
	query: Partial<LogQuery> = {},
	onBatch: (chunks: readonly LogChunk[]) => void = () => {},
): Promise<LogChunk[]> {
	const over = new AbortController();
	const chunks: LogChunk[] = [];
	for await (const batch of logs.read({ follow: true, ...query }, over.signal)) {
		chunks.push(...batch);
		if (batch.length > 0) onBatch(chunks);
		if (isOver(chunks)) over.abort();
	}
	return chunks;
}
