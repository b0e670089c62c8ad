import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Gives the first `bytes` of a file back to the file system; whoever writes to its end never notices. They read as NUL. */
export async function punchHole(file: string, bytes: number): Promise<void> {
	try {
		await run('fallocate', ['--punch-hole', '--offset', '0', '--length', String(bytes), file]);
	} catch (error) {
		// The utility's own words, which say what cannot be done here.
		const { stderr, message } = error as Error & { stderr?: string };
		throw new Error(stderr?.trim() || message, { cause: error });
	}
}

/** Makes a named pipe for this user only. */
export async function makeFifo(file: string): Promise<void> {
	await run('mkfifo', ['-m', '600', file]);
}

/** Where the last write through a descriptor ended, whichever of the processes that share it wrote; 0 before the first. */
export function writePosition(descriptor: number): number {
	const information = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
	return Number(/^pos:\s*(\d+)/m.exec(information)?.[1] ?? 0);
}

/** null when there is no such file, undefined when that cannot be told. */
export function inodeOf(file: string): number | null | undefined {
	try {
		return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
	} catch {
		return undefined;
	}
}
