import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { LineListener } from './lines.ts';

export interface LocalRun {
	readonly directory: string;
	/** Beside the environment of this process. */
	readonly environment: Readonly<Record<string, string>>;
	/** Whether it may ask on the terminal. */
	readonly mayAsk: boolean;
	readonly onLine: LineListener;
}

export interface LocalEnd {
	/** null: a signal ended it. */
	readonly code: number | null;
	readonly signal: string | null;
	/** The last line on its stdout that is not blank, trimmed; empty: there was none. */
	readonly lastLine: string;
}

/** Runs a shell's command on this machine to its end, telling what it writes to stdout and stderr. */
export async function runLocally(
	command: string,
	{ directory, environment, mayAsk, onLine }: LocalRun,
): Promise<LocalEnd> {
	const child = spawn('/bin/sh', ['-c', command], {
		cwd: directory,
		env: { ...process.env, ...environment },
		stdio: [mayAsk ? 'inherit' : 'ignore', 'pipe', 'pipe'],
	});
	let lastLine = '';
	const told = [
		eachLine(child.stdout, (line) => {
			if (line.trim() !== '') lastLine = line.trim();
			onLine(line);
		}),
		eachLine(child.stderr, onLine),
	];
	const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	await Promise.all(told);
	return { code, signal, lastLine };
}

async function eachLine(stream: Readable, take: LineListener): Promise<void> {
	for await (const line of createInterface({ input: stream })) take(line);
}
