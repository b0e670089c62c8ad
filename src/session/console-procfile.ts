import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { procfileCandidates } from '../model/procfile.ts';
import { guessProcfile, type ProcfileGuess } from './console-procfile-guess.ts';

async function textOf(path: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch {
		return '';
	}
}

/** What a Procfile for the folder could be, or null where its files tell nothing. */
export async function guessFrom(directory: string): Promise<ProcfileGuess | null> {
	const files = await readdir(directory).catch((): string[] => []);
	const texts = ['package.json', 'Gemfile', 'requirements.txt', 'pyproject.toml'].map(
		async (name) => [name, files.includes(name) ? await textOf(join(directory, name)) : ''] as const,
	);
	return guessProcfile(new Set(files), new Map(await Promise.all(texts)));
}

/** Writes the guess as the folder's Procfile; one that is there by now is left alone. */
export async function writeProcfile(directory: string, guess: ProcfileGuess): Promise<void> {
	await writeFile(join(directory, 'Procfile'), guess.text, { flag: 'wx' });
}

/** Whether there is something in the file: many programs make a new one first and fill it then. */
async function isWritten(path: string): Promise<boolean> {
	try {
		return (await stat(path)).size > 0;
	} catch {
		return false;
	}
}

/** Calls `onAppear` once, as soon as the folder has a Procfile of the environment. */
export function watchForProcfile(directory: string, environment: string, onAppear: () => void): () => void {
	const candidates = procfileCandidates(environment);
	let over = false;
	const look = async () => {
		const found = await Promise.all(candidates.map((name) => isWritten(join(directory, name))));
		if (over || !found.includes(true)) return;
		over = true;
		onAppear();
	};
	const watcher: FSWatcher = watch(directory, () => void look());
	// The folder can go away while it is watched; then there is nothing to be told.
	watcher.on('error', () => {});
	void look();
	return () => {
		over = true;
		watcher.close();
	};
}
