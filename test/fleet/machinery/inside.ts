import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { KeeperIdentity } from './records.ts';
import { SYSTEM_PATH } from './requirements.ts';

/** Nothing of the test runner's own environment gets in. */
const ENVIRONMENT = { PATH: SYSTEM_PATH, HOME: '/root', LANG: 'C.UTF-8' };

export interface Result {
	readonly exitCode: number | undefined;
	/** Without its last newline, as stderr. */
	readonly stdout: string;
	readonly stderr: string;
}

/** A file in the mounts of a fleet, as a path that works outside; only root may use it. */
export function pathInside({ pid }: KeeperIdentity, path: string): string {
	return join(`/proc/${pid}/root`, path);
}

function entering({ pid }: KeeperIdentity, command: readonly string[]): string[] {
	return [`--target=${pid}`, '--mount', '--net', '--pid', '--', ...command];
}

/** Runs a command in the namespaces of a fleet. A failure is a result, not an exception. */
export async function inside(
	keeper: KeeperIdentity,
	command: readonly string[],
	input = '',
): Promise<Result> {
	const { exitCode, stdout, stderr } = await execa('nsenter', entering(keeper, command), {
		env: ENVIRONMENT,
		extendEnv: false,
		input,
		reject: false,
	});
	return { exitCode, stdout, stderr };
}

/** As `inside`, for what must not fail; returns what it printed. */
export async function mustInside(
	keeper: KeeperIdentity,
	command: readonly string[],
	input = '',
): Promise<string> {
	const { exitCode, stdout, stderr } = await inside(keeper, command, input);
	if (exitCode === 0) return stdout;
	throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr || stdout}`);
}

/** Starts a program there that outlives this process; both of its outputs go to the end of `log`. */
export function startInside(keeper: KeeperIdentity, command: readonly string[], log: string): void {
	const output = openSync(log, 'a');
	spawn('nsenter', entering(keeper, command), {
		stdio: ['ignore', output, output],
		detached: true,
		env: ENVIRONMENT,
	}).unref();
	closeSync(output);
}
