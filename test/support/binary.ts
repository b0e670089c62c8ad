import { join } from 'node:path';
import { execa } from 'execa';

const ROOT = join(import.meta.dirname, '../..');

/** The launcher that users run; `npm run build` makes what it loads. */
export const BINARY = join(ROOT, 'bin/procdeck.js');

/** The path of a program of test/fixtures, for a Procfile line. */
export function fixture(name: string): string {
	return join(ROOT, 'test/fixtures', name);
}

export interface Result {
	readonly exitCode: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
	/** stdout as one JSON value; throws with the output where it is none. */
	json<T = unknown>(): T;
}

export interface RunOptions {
	readonly cwd: string;
	/** The whole environment: nothing of the test runner's own gets through. */
	readonly env: Readonly<Record<string, string>>;
	readonly input?: string;
	/** A command that runs it in its turn, such as `setpriv` or `nsenter` with their options. */
	readonly through?: readonly string[];
}

/** Runs the built binary to its end. A failure is a result, not an exception. */
export async function runBinary(args: readonly string[], options: RunOptions): Promise<Result> {
	const [file = '', ...rest] = [...(options.through ?? []), process.execPath, BINARY, ...args];
	const { exitCode, stdout, stderr } = await execa(file, rest, {
		cwd: options.cwd,
		env: options.env,
		extendEnv: false,
		input: options.input ?? '',
		reject: false,
		timeout: 55_000,
	});
	const json = <T>(): T => {
		try {
			return JSON.parse(stdout) as T;
		} catch (error) {
			const what = `procdeck ${args.join(' ')} printed no JSON:\n${stdout}\n${stderr}`;
			throw new Error(what, { cause: error });
		}
	};
	return { exitCode, stdout, stderr, json };
}

/** All runs share what a user's runs share, and leave the user's own alone. */
const XDG_CACHE_HOME = join(ROOT, 'node_modules/.cache/test-home');

/** The environment that tests give to the binary: a user's, without what CI and the test runner add. */
export function userEnvironment(own: Readonly<Record<string, string>>): Record<string, string> {
	const { PATH = '', HOME = '/', USER = 'user' } = process.env;
	return {
		PATH,
		HOME,
		USER,
		LANG: 'C.UTF-8',
		TERM: 'xterm-256color',
		SHELL: '/bin/sh',
		XDG_CACHE_HOME,
		...own,
	};
}
