import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ProcdeckError } from '../model/errors.ts';
import { inodeOf } from './files.ts';

const TAKEN = 75;
/** How often it is looked whether the file is still the one that is locked. */
const LOOK_MS = 1_000;

export interface KernelLock {
	/** Resolves if the lock is lost while it was not released, also because its file was deleted or replaced. */
	readonly lost: Promise<void>;
	release(): void;
}

type Holder = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Takes an exclusive lock on a file, or null when another process holds it.
 * The kernel frees it the moment its holder is gone, however it ended: the holder is a child at the end of our pipe.
 * @param fifo a named pipe that is made under the lock if it is not there: the holder costs no process more for it
 * @throws ProcdeckError `internal` when the file cannot be locked, or there is no `flock`
 */
export async function acquireLock(file: string, fifo: string | null = null): Promise<KernelLock | null> {
	const holder = startHolder(file, fifo);
	const answer = await firstAnswer(holder);
	if (answer === 'held') return keep(holder, file);
	if (answer === TAKEN) return null;
	throw new ProcdeckError('internal', `cannot lock ${file}: ${(await collect(holder.stderr)).trim()}`);
}

/** What the holder runs once it has the lock; its `$1` is the named pipe. */
const HOLD = '[ -z "$1" ] || [ -e "$1" ] || mkfifo -m 600 "$1"; echo held; exec cat >/dev/null';

function startHolder(file: string, fifo: string | null): Holder {
	return spawn('flock', ['-F', '-n', '-E', String(TAKEN), file, 'sh', '-c', HOLD, 'hold', fifo ?? ''], {
		stdio: ['pipe', 'pipe', 'pipe'],
		// A Ctrl-C in the terminal is for us to handle, not for the holder of the lock.
		detached: true,
		env: { PATH: process.env.PATH },
	});
}

/** Resolves to its exit code if it ended without holding the lock. */
function firstAnswer(holder: Holder): Promise<'held' | number | null> {
	return new Promise((resolve, reject) => {
		holder.stdin.on('error', () => {});
		holder.stdout.once('data', () => resolve('held'));
		holder.once('exit', (code) => resolve(code));
		holder.once('error', ({ message }) =>
			reject(new ProcdeckError('internal', `cannot run flock: ${message}`, 'install util-linux')),
		);
	});
}

function keep(holder: Holder, file: string): KernelLock {
	const locked = inodeOf(file);
	let watch: NodeJS.Timeout | undefined;
	let released = false;
	const lost = new Promise<void>((resolve) => {
		const end = () => {
			clearInterval(watch);
			if (!released) resolve();
		};
		if (holder.exitCode !== null || holder.signalCode !== null) end();
		holder.once('exit', end);
		// Whoever makes the file anew can lock it beside us.
		watch = setInterval(() => {
			const inode = inodeOf(file);
			if (inode !== undefined && inode !== locked) end();
		}, LOOK_MS).unref();
	});
	holder.unref();
	return {
		lost,
		release() {
			released = true;
			clearInterval(watch);
			holder.stdin.end();
		},
	};
}

async function collect(stream: Readable): Promise<string> {
	let text = '';
	for await (const chunk of stream) text += String(chunk);
	return text;
}
