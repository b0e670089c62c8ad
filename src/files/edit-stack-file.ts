import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import { readTextFile } from './read-text.ts';

/** What a file that the user wrote is to become: the stack file, or an env file. */
export interface StackFileEdit {
	/** Absolute. */
	readonly path: string;
	/** The text that the edit was made from; null: there was no such file. */
	readonly before: string | null;
	readonly after: string;
	/** Permission bits of a file that is new; by default as the user's umask has it. One that is there keeps its own. */
	readonly mode?: number;
}

/**
 * The text of a file that the user wrote, to be edited.
 * @returns null where there is no such file
 * @throws ProcdeckError `invalid-file`
 */
export function readForEdit(path: string): string | null {
	const file = readTextFile(path);
	if (file.kind === 'missing') return null;
	if (file.kind === 'unreadable') throw new ProcdeckError('invalid-file', `${basename(path)} ${file.reason}`);
	if (file.invalidLine === null) return file.text;
	throw new ProcdeckError(
		'invalid-file',
		`${basename(path)}:${file.invalidLine}: not UTF-8; save the file as UTF-8`,
	);
}

/**
 * Replaces the file as a whole, with the mode and the owner that it has.
 * @throws ProcdeckError `conflict` where somebody else has changed it since, `refused` where it cannot be written
 */
export async function writeEdit(edit: StackFileEdit): Promise<void> {
	if (readForEdit(edit.path) !== edit.before) {
		throw new ProcdeckError(
			'conflict',
			`somebody has changed ${basename(edit.path)} meanwhile`,
			'do it again: what was done already is not done twice',
		);
	}
	try {
		await replace(edit);
	} catch (error) {
		const message = `cannot write ${edit.path}: ${(error as Error).message}`;
		throw new ProcdeckError('refused', message, 'make the file and its folder writable', { cause: error });
	}
}

const NEW_FILE_MODE = 0o666;

async function replace({ path, before, after, mode = NEW_FILE_MODE }: StackFileEdit): Promise<void> {
	// Where it is a symbolic link, that stays.
	const file = before === null ? path : await realpath(path);
	const draft = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
	try {
		const handle = await open(draft, 'wx', mode);
		try {
			if (before !== null) await resemble(handle, file);
			await handle.writeFile(after);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(draft, file);
	} catch (error) {
		await rm(draft, { force: true }).catch(() => {});
		throw error;
	}
}

async function resemble(draft: FileHandle, file: string): Promise<void> {
	const { mode, uid, gid } = await stat(file);
	// Who is not root can give a file to nobody, and need not where it is their own.
	await draft.chown(uid, gid).catch(() => {});
	await draft.chmod(mode & 0o7777);
}
