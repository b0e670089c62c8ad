import { resolve } from 'node:path';
import type { FileMessage } from '../model/errors.ts';
import { type Procfile, parseProcfile, procfileCandidates, RELEASE_ENTRY } from '../model/procfile.ts';
import { readTextFile, type TextFile } from './read-text.ts';

export interface FoundProcfile extends Procfile {
	/** Absolute; null where there is none. */
	readonly path: string | null;
	readonly missing: FileMessage | null;
	readonly watchedFiles: readonly string[];
}

/**
 * Finds and reads the Procfile.
 * @param named `-f`, relative to the folder; null: the first candidate for the environment that exists
 */
export async function readProcfile(
	directory: string,
	named: string | null,
	environment: string,
): Promise<FoundProcfile> {
	const candidates = named === null ? procfileCandidates(environment) : [named];
	const watchedFiles = candidates.map((candidate) => resolve(directory, candidate));
	for (const candidate of candidates) {
		const path = resolve(directory, candidate);
		const file = readTextFile(path);
		if (file.kind !== 'missing') return { ...read(file, candidate), path, missing: null, watchedFiles };
	}
	const missing =
		named === null
			? { file: 'Procfile', line: null, message: `there is no Procfile in ${directory}` }
			: { file: named, line: null, message: `there is no file ${resolve(directory, named)}` };
	return { entries: [], warnings: [], errors: [], path: null, missing, watchedFiles };
}

function read(found: Exclude<TextFile, { kind: 'missing' }>, file: string): Procfile {
	if (found.kind === 'unreadable') {
		return { entries: [], warnings: [], errors: [{ file, line: null, message: found.reason }] };
	}
	const { entries, warnings, errors } = parseProcfile(found.text, file);
	const empty = entries.every((entry) => entry.name === RELEASE_ENTRY);
	const noTypes = {
		file,
		line: null,
		message: 'defines no process types; add a line such as "web: npm start"',
	};
	const notUtf8 = { file, line: found.invalidLine, message: 'not UTF-8; save the file as UTF-8' };
	return {
		entries,
		warnings: found.invalidLine === null ? warnings : [notUtf8, ...warnings],
		errors: empty ? [...errors, noTypes] : errors,
	};
}
