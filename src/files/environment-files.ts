import { basename, resolve } from 'node:path';
import type { FileMessage } from '../model/errors.ts';
import type { FoundStackFile } from './read-stack-file.ts';
import { readTextFile } from './read-text.ts';

export interface EnvironmentFiles {
	/** Of all files, later wins. */
	readonly variables: Readonly<Record<string, string>>;
	readonly warnings: readonly FileMessage[];
	readonly errors: readonly FileMessage[];
	readonly watchedFiles: readonly string[];
}

/** The files that are read, later wins: the stack file's `env_files:`, else `.env` and `.env.ENV`. */
export function environmentFileNames(
	content: FoundStackFile['content'],
	environment: string,
): readonly string[] {
	return content?.env_files ?? ['.env', `.env.${environment}`];
}

/** Reads `.env` and `.env.ENV` where they exist, or the stack file's `env_files:`, which must exist. */
export async function readEnvironmentFiles(
	directory: string,
	environment: string,
	stackFile: Pick<FoundStackFile, 'content' | 'path' | 'lineOf'>,
): Promise<EnvironmentFiles> {
	const listed = stackFile.content?.env_files;
	const names = environmentFileNames(stackFile.content, environment);
	const files = await Promise.all(names.map((name) => readOne(directory, name, listed !== undefined)));
	const missing = (listed ?? []).flatMap((name, index): FileMessage[] => {
		if (files[index] !== null) return [];
		const line = stackFile.lineOf(['env_files', index]);
		return [
			{
				file: basename(stackFile.path ?? ''),
				line,
				message: `env_files[${index}] names ${name}, which does not exist`,
			},
		];
	});
	const found = files.filter((file) => file !== null);
	return {
		variables: Object.assign({}, ...found.map((file) => file.variables)),
		warnings: found.flatMap((file) => file.warnings),
		errors: [...missing, ...found.flatMap((file) => file.errors)],
		watchedFiles: names.map((name) => resolve(directory, name)),
	};
}

async function readOne(
	directory: string,
	name: string,
	mustBeFile: boolean,
): Promise<Omit<EnvironmentFiles, 'watchedFiles'> | null> {
	const file = readTextFile(resolve(directory, name));
	if (file.kind === 'missing') return null;
	if (file.kind === 'unreadable') {
		// Python's virtual environments are often folders named .env.
		if (file.isFolder && !mustBeFile) return null;
		return { variables: {}, warnings: [], errors: [{ file: name, line: null, message: file.reason }] };
	}
	const { parseEnvFile } = await import('../model/env-file.ts');
	const { variables, warnings, errors } = parseEnvFile(file.text, name);
	const notUtf8 = { file: name, line: file.invalidLine, message: 'not UTF-8; save the file as UTF-8' };
	return { variables, errors, warnings: file.invalidLine === null ? warnings : [notUtf8, ...warnings] };
}
