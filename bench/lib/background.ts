import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BINARY } from '../../test/support/binary.ts';
import type { PsJson, ServerJson } from '../../test/support/contract.ts';
import { waitFor } from '../../test/support/wait-for.ts';
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

/**
 * Starts `count` instances of a command in the background.
 * @returns the pid of the supervisor, once all instances are running
 */
export async function startInBackground(app: App, command: string, count: number): Promise<number> {
	await app.write('Procfile', `worker: ${command}\n`);
	await verb(app, 'start', '-m', `worker=${count}`, '--timeout', String(LONGEST_START_MS / 1000));
	const allRun = async () => (await ps(app)).processes[0]!.running === count;
	await waitFor(allRun, `${count} instances to run`, LONGEST_START_MS);
	return (await ps(app)).supervisorPid!;
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
