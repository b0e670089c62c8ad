import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import { onTestFinished } from 'vitest';
import { BINARY, type Result } from '../support/binary.ts';
import type { ChangesJson } from '../support/contract.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BinaryStack, type BinaryStackOptions, binaryStackOf } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';

/** What `release` and `release rollback` say. */
export interface ReleaseJson extends ChangesJson {
	readonly release?: { readonly id: string; readonly revision: string | null; readonly title: string };
}

/** What `release list` says. */
export interface ReleaseListJson {
	readonly releases: readonly {
		readonly server: string;
		readonly id: string;
		readonly revision: string | null;
		readonly title: string;
		readonly who: string;
		readonly at: string;
		readonly current: boolean;
	}[];
}

/** A release that goes on. */
export interface RunningRelease {
	readonly pid: number;
	/** Waits until it has said something beside its result. */
	says(text: string): Promise<void>;
	kill(signal: NodeJS.Signals): void;
	/** Waits for its end. */
	result(): Promise<{
		readonly exitCode: number | undefined;
		readonly stdout: string;
		readonly stderr: string;
	}>;
}

/** An app in a git repository, to be released to hosts of the fleet. */
export interface ReleaseApp extends BinaryStack {
	/** Writes files (null: removes one) and commits all that is in the folder. @returns the commit */
	commit(title: string, files?: Readonly<Record<string, string | null>>): Promise<string>;
	git(...args: readonly string[]): Promise<string>;
	/** The text of procdeck.yml. */
	stackFile(): Promise<string>;
	/** Releases without a question, as JSON. */
	release(...args: readonly string[]): Promise<Result>;
	/** Releases, which has to go well. @returns its id */
	released(...args: readonly string[]): Promise<string>;
	/** As `release`, and returns at once. */
	begin(...args: readonly string[]): RunningRelease;
	/** Runs a script as root in the place of the code on a host. */
	there(host: string, script: string): Promise<string>;
	/** What `current` leads to on a host; empty: there is none. */
	current(host: string): Promise<string>;
	/** The folders of releases on a host, in the order of their names. */
	kept(host: string): Promise<string[]>;
}

export async function releaseApp(options: BinaryStackOptions): Promise<ReleaseApp> {
	const stack = await binaryStackOf(options);
	const { directory, env, path } = stack;
	const own = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main'];
	const git = async (...args: readonly string[]) =>
		(await execa('git', [...own, ...args], { cwd: directory, env, extendEnv: false })).stdout;
	await git('init', '--quiet');
	const there = (host: string, script: string) => fleetHost(host).run(`cd ${path}\n${script}`);
	const release = (...args: readonly string[]) => stack.procdeck('release', ...args, '--yes', '--json');
	return {
		...stack,
		git,
		release,
		there,
		stackFile: () => readFile(join(directory, 'procdeck.yml'), 'utf8'),
		async commit(title, files = {}) {
			for (const [name, text] of Object.entries(files)) {
				if (text === null) await rm(join(directory, name));
				else await stack.write(name, text);
			}
			await git('add', '--all');
			await git('commit', '--quiet', '--allow-empty', `--message=${title}`);
			return git('rev-parse', 'HEAD');
		},
		async released(...args) {
			const result = await release(...args);
			if (result.exitCode !== 0) throw new Error(`it was not released: ${result.stdout}${result.stderr}`);
			return result.json<ReleaseJson>().release!.id;
		},
		begin: (...args) => begin(stack, ['release', ...args, '--yes', '--json']),
		current: (host) => there(host, 'if [ -L current ]; then basename $(readlink current); fi'),
		kept: async (host) => (await there(host, 'ls releases 2>/dev/null || true')).split('\n').filter(Boolean),
	};
}

function begin({ directory, env }: BinaryStack, args: readonly string[]): RunningRelease {
	const options = { cwd: directory, env, extendEnv: false, reject: false, buffer: false } as const;
	const running = execa(process.execPath, [BINARY, ...args], options);
	onTestFinished(() => void running.kill('SIGKILL'));
	const text = { stdout: '', stderr: '' };
	let isOver = false;
	void running.then(() => {
		isOver = true;
	});
	for (const name of ['stdout', 'stderr'] as const) {
		running[name].setEncoding('utf8').on('data', (chunk: string) => {
			text[name] += chunk;
		});
	}
	return {
		pid: running.pid!,
		says: async (words) => {
			await waitFor(() => isOver || text.stderr.includes(words), `a release to say ${words}`);
			if (!text.stderr.includes(words)) throw new Error(`it ended: ${text.stdout}${text.stderr}`);
		},
		kill: (signal) => void running.kill(signal),
		result: async () => {
			const { exitCode } = (await running) as Pick<ExecaError, 'exitCode'>;
			return { exitCode, ...text };
		},
	};
}

/** The rows of what a release said. */
export function changesOf({ stdout }: { readonly stdout: string }): ReleaseJson['changes'] {
	return (JSON.parse(stdout) as ReleaseJson).changes;
}
