import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ProcdeckError } from '../model/errors.ts';

const TAKEN = 75;

export interface KernelLock {
	/** Resolves if the lock is lost while it was not released. */
	readonly lost: Promise<void>;
	release(): void;
}

/**
 * Takes an exclusive lock on a file, or null when another process holds it.
 * The kernel frees it the moment its holder is gone, however it ended: the holder is a child at the end of our pipe.
 */
export async function acquireLock(file: string): Promise<KernelLock | null> {
	const holder = spawn(
		'flock',
		['-F', '-n', '-E', String(TAKEN), file, 'sh', '-c', 'echo held; exec cat >/dev/null'],
		{
			stdio: ['pipe', 'pipe', 'pipe'],
			// A Ctrl-C in the terminal is for us to handle, not for the holder of the lock.
			detached: true,
			env: { PATH: process.env.PATH },
		},
	);
	holder.stdin.on('error', () => {});
	const ended = once(holder, 'exit').then(([code]) => code as number | null);
	const failed = once(holder, 'error').then(([error]) => {
		throw new ProcdeckError(
			'internal',
			`cannot run flock: ${(error as Error).message}`,
			'install util-linux',
		);
	});
	const complaint = collect(holder.stderr);
	const held = once(holder.stdout, 'data').then(() => 'held' as const);
	const answer = await Promise.race([held, ended, failed]);
	if (answer === 'held') return keep(holder, ended);
	if (answer === TAKEN) return null;
	throw new ProcdeckError('internal', `cannot lock ${file}: ${(await complaint).trim()}`);
}

function keep(holder: ReturnType<typeof spawn>, ended: Promise<unknown>): KernelLock {
	let released = false;
	const lost = new Promise<void>((resolve) => {
		ended.then(() => {
			if (!released) resolve();
		});
	});
	holder.unref();
	return {
		lost,
		release() {
			released = true;
			holder.stdin?.end();
		},
	};
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
	let text = '';
	for await (const chunk of stream) text += String(chunk);
	return text;
}
