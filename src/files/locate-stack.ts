import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import { isName, NAME_CHARACTERS } from '../model/names.ts';

/** Where a stack's files are, as `-C`, `-f` and `-e` give it. */
export interface StackLocation {
	/** Only this folder is searched, never its parents. */
	readonly directory: string;
	/** Relative to `directory`; null: the first candidate for the environment. */
	readonly procfile: string | null;
	/** null: the stack file's, else development. */
	readonly environment: string | null;
}

/**
 * The folder's real path.
 * @throws ProcdeckError `usage` where there is no such folder or the environment is no name.
 */
export async function resolveDirectory({ directory, environment }: StackLocation): Promise<string> {
	if (environment !== null && !isName(environment)) {
		throw new ProcdeckError(
			'usage',
			`${JSON.stringify(environment)} is no name of an environment; use only ${NAME_CHARACTERS}`,
		);
	}
	const path = await realpath(resolve(directory)).catch(() => {
		throw new ProcdeckError('usage', `there is no folder ${directory}`);
	});
	if (!(await stat(path)).isDirectory()) throw new ProcdeckError('usage', `${directory} is not a folder`);
	return path;
}
