import { chmodSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { link, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import { Turns } from './turns.ts';

const turns = new Turns();

/** Makes a folder that only this user can enter, and refuses one that is somebody else's. */
export function ownedDirectory(directory: string): void {
	try {
		mkdirSync(directory, { recursive: true, mode: 0o700 });
		const found = lstatSync(directory);
		if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
			throw new ProcdeckError(
				'refused',
				`${directory} is not a folder of yours`,
				'remove it, or set XDG_STATE_HOME',
			);
		}
		if ((found.mode & 0o077) !== 0) chmodSync(directory, 0o700);
	} catch (error) {
		if (error instanceof ProcdeckError) throw error;
		const hint = 'make it writable, or set XDG_STATE_HOME to a folder that is';
		throw new ProcdeckError('refused', `cannot use ${directory}: ${(error as Error).message}`, hint, {
			cause: error,
		});
	}
}

/**
 * Replaces a file by a new version or not at all, whatever happens midway; the version before is kept beside it as `.previous`.
 * Nobody else can read it, and no other process may write it at the same time.
 * @throws ProcdeckError `refused`, naming the file; then the version before is still there
 */
export function writeAtomically(file: string, text: string): Promise<void> {
	return turns.take(file, () => replace(file, text));
}

async function replace(file: string, text: string): Promise<void> {
	// Always the same name, so that what a killed process leaves does not pile up.
	const temporary = `${file}.tmp`;
	try {
		const handle = await open(temporary, 'w', 0o600);
		try {
			await handle.writeFile(text);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await keepPrevious(file);
		await rename(temporary, file);
		await syncDirectory(dirname(file));
	} catch (error) {
		await rm(temporary, { force: true }).catch(() => {});
		const hint = 'free some space, or make its folder writable';
		throw new ProcdeckError('refused', `cannot write ${file}: ${(error as Error).message}`, hint, {
			cause: error,
		});
	}
}

/** How file systems say that they have no hard links. */
const NO_HARD_LINKS = new Set<string | undefined>(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function keepPrevious(file: string): Promise<void> {
	const previous = `${file}.previous`;
	try {
		// A link and not a rename: at no moment is there no file.
		await rm(previous, { force: true });
		await link(file, previous).catch(async (error: NodeJS.ErrnoException) => {
			if (!NO_HARD_LINKS.has(error.code)) throw error;
			// `copyFile` also sets owner and mode, which is often refused where links are.
			await writeFile(previous, await readFile(file), { mode: 0o600 });
		});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
	}
}

async function syncDirectory(directory: string): Promise<void> {
	const handle = await open(directory, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/**
 * Reads what `writeAtomically` wrote: a file that is cut short or damaged falls back to the version before.
 * @returns null when there is neither
 */
export function readJson<T>(file: string, isValid: (value: unknown) => value is T): T | null {
	for (const candidate of [file, `${file}.previous`]) {
		const text = readOrNull(candidate);
		const value = text === null ? undefined : parse(text);
		if (isValid(value)) return value;
	}
	return null;
}

/** null when there is no such file. Read at once, as all that is small and local: through a thread it takes ten times as long. */
export function readOrNull(file: string): string | null {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') return null;
		throw new ProcdeckError('refused', `cannot read ${file}: ${message}`);
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
