import { rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';

/** `~/worker.log` as a path. */
export function expandHome(path: string): string {
	return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path;
}

async function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}

async function reasonFor({ code, message }: NodeJS.ErrnoException, path: string): Promise<string> {
	switch (code) {
		case 'EEXIST':
		case 'EISDIR':
			return (await isFolder(path))
				? 'that is a folder: name a file in it'
				: 'there is such a file: take another name';
		case 'ENOENT':
			return path.endsWith('/') ? 'a file name is missing' : `there is no folder ${dirname(path)}`;
		case 'ENOTDIR':
			return `${dirname(path)} is not a folder`;
		case 'EACCES':
		case 'EPERM':
			return `you may not write in ${dirname(path)}`;
		case 'EROFS':
			return `${dirname(path)} is read-only`;
		case 'ENOSPC':
		case 'EDQUOT':
			return 'no space is left there';
		case 'ENAMETOOLONG':
			return `the name is too long: ${basename(path).length} characters`;
		default:
			return message;
	}
}

/**
 * Writes lines into a new file that only its owner may read.
 * @throws ProcdeckError `refused`, in the user's words; nothing of the file is left then
 */
export async function saveLines(path: string, lines: readonly string[]): Promise<void> {
	try {
		await writeFile(path, lines.map((line) => `${line}\n`).join(''), { flag: 'wx', mode: 0o600 });
	} catch (error) {
		const failure = error as NodeJS.ErrnoException;
		// What was opened is ours: a half-written file would block the same name for good.
		if (failure.syscall === 'write') await rm(path, { force: true }).catch(() => {});
		throw new ProcdeckError('refused', await reasonFor(failure, path));
	}
}
