import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BINARY } from '../../test/support/binary.ts';
import type { PsJson, ServerJson } from '../../test/support/contract.ts';
import type { App } from './app.ts';

const run = promisify(execFile);
const LONGEST_START_MS = 120_000;

/** Runs a verb of Procdeck to its end. @throws Error when it fails */
export async function verb(app: App, ...args: string[]): Promise<string> {
	const options = { cwd: app.directory, env: app.env, maxBuffer: 1 << 26 };
	return (await run(process.execPath, [BINARY, ...args], options)).stdout;
}

export async function ps(app: App): Promise<ServerJson> {
	return (JSON.parse(await verb(app, 'ps', '--json')) as PsJson).servers[0]!;
}

/** After so long every instance counts as healthy, and the supervisor has nothing left to do about the start. */
export const AT_REST_MS = 12_000;

/** What is to run of a process type. */
export interface TypeToRun {
	readonly command: string;
	readonly count: number;
}

/**
 * Starts instances in the background, by process type.
 * @returns the pid of the supervisor, once all instances are running
 */
export async function startInBackground(
	app: App,
	types: Readonly<Record<string, TypeToRun>>,
): Promise<number> {
	const entries = Object.entries(types);
	await app.write('Procfile', entries.map(([type, { command }]) => `${type}: ${command}\n`).join(''));
	const formation = entries.map(([type, { count }]) => `${type}=${count}`).join(',');
	await verb(app, 'start', '-m', formation, '--timeout', String(LONGEST_START_MS / 1000));
	const { processes, supervisorPid } = await ps(app);
	const missing = processes.filter(({ type, running }) => running !== types[type]!.count);
	if (missing.length > 0) throw new Error(`not all are running after \`start\`: ${JSON.stringify(missing)}`);
	return supervisorPid!;
}

/** The supervisor and the helpers that it keeps, none of the instances. */
export async function supervisorProcesses(app: App): Promise<number[]> {
	const { processes } = await ps(app);
	const instances = new Set(processes.flatMap((process) => process.instances.map(({ pid }) => pid)));
	return app.processes().filter((pid) => !instances.has(pid));
}

/** Somebody who looks at statistics all the time, without a terminal: `ps --watch` into a file. */
export function watchStatistics(app: App): { readonly pid: number; stop(): void } {
	const output = openSync(join(app.directory, 'watched'), 'w');
	const child = spawn(process.execPath, [BINARY, 'ps', '--watch', '--json'], {
		cwd: app.directory,
		env: app.env,
		stdio: ['ignore', output, 'ignore'],
	});
	closeSync(output);
	return { pid: child.pid!, stop: () => child.kill('SIGINT') };
}
