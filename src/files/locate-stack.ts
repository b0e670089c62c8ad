import { realpathSync, statSync } from 'node:fs';
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
export function resolveDirectory({ directory, environment }: StackLocation): string {
	if (environment !== null && !isName(environment)) {
		throw new ProcdeckError(
			'usage',
			`${JSON.stringify(environment)} is no name of an environment; use only ${NAME_CHARACTERS}`,
		);
	}
	const path = realPath(directory);
	if (!statSync(path).isDirectory()) throw new ProcdeckError('usage', `${directory} is not a folder`);
	return path;
}

function realPath(directory: string): string {
	try {
		return realpathSync.native(resolve(directory));
	} catch (error) {
		throw new ProcdeckError('usage', `there is no folder ${directory}`, undefined, { cause: error });
	}
}
