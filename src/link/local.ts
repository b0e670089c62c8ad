import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import type { CommandResult, Link, RunningCommand, RunOptions } from './link.ts';

async function run(command: readonly [string, ...string[]], options: RunOptions): Promise<CommandResult> {
	// Few commands need it, so that it is loaded here and not at start-up.
	const { execa } = await import('execa');
	const [file, ...args] = command;
	const { input = '', timeoutMs: timeout } = options;
	const result = await execa(file, args, { input, timeout, reject: false, stripFinalNewline: false });
	const { exitCode = null, stdout, stderr } = result;
	const neverStarted = exitCode === null && stderr === '';
	return { exitCode, stdout, stderr: neverStarted ? (result.shortMessage ?? '') : stderr };
}

/** Starts a command on this machine, without stdin; it ends with this process. */
export async function startCommand(command: readonly [string, ...string[]]): Promise<RunningCommand> {
	const { execa } = await import('execa');
	const [file, ...args] = command;
	const child = execa(file, args, {
		stdin: 'ignore',
		all: true,
		buffer: false,
		encoding: 'buffer',
		reject: false,
	});
	const ended = child.then(({ exitCode = null, signal = null, shortMessage }) => ({
		code: exitCode,
		signal,
		why: exitCode === null && signal === null ? `${shortMessage}\n` : '',
	}));
	return { output: outputOf(child.all, ended), ended, kill: (signal) => void child.kill(signal) };
}

async function* outputOf(
	stream: AsyncIterable<Uint8Array>,
	ended: Promise<{ readonly why: string }>,
): AsyncGenerator<Uint8Array> {
	yield* stream;
	const { why } = await ended;
	if (why !== '') yield Buffer.from(why);
}

async function put(path: string, content: string, mode: number): Promise<void> {
	const temporary = `${path}.${freshId()}`;
	try {
		await mkdir(dirname(path), { recursive: true });
		const file = await open(temporary, 'wx', mode);
		try {
			await file.writeFile(content);
			await file.chmod(mode);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true }).catch(() => {});
		throw new ProcdeckError('refused', `cannot write ${path}: ${(error as Error).message}`, null, {
			cause: error,
		});
	}
}

/** This machine. */
export const localLink: Link = { run, put };
