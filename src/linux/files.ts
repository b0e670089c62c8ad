import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Gives the first `bytes` of a file back to the file system; whoever writes to its end never notices. They read as NUL. */
export async function punchHole(file: string, bytes: number): Promise<void> {
	await run('fallocate', ['--punch-hole', '--offset', '0', '--length', String(bytes), file]);
}

/** Makes a named pipe for this user only. */
export async function makeFifo(file: string): Promise<void> {
	await run('mkfifo', ['-m', '600', file]);
}
