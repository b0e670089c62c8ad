import { basename, resolve } from 'node:path';
import { linesOf } from '../model/env-file-edit.ts';
import type { Stack } from '../model/stack.ts';
import { environmentFileNames } from './environment-files.ts';
import { readStackFile } from './read-stack-file.ts';
import { readTextFile } from './read-text.ts';

/** A file that says something of a stack's environment. */
export interface EnvironmentSource {
	/** As it is called in the stack's folder. */
	readonly name: string;
	/** Absolute. */
	readonly path: string;
	/** The line that counts in it, from 1, by variable; null: there is no such file. */
	readonly lines: ReadonlyMap<string, number> | null;
}

/** Where a stack's environment comes from. */
export interface EnvironmentSources {
	/** The env files, later wins, with those that would be read if they existed. */
	readonly files: readonly EnvironmentSource[];
	/** The stack file, whose `env:` wins over them; null: there is none. */
	readonly stackFile: EnvironmentSource | null;
}

/** Tells of a stack whose files are right where its environment comes from. */
export async function readEnvironmentSources({
	directory,
	environment,
}: Pick<Stack, 'directory' | 'environment'>): Promise<EnvironmentSources> {
	const { content, path, lineOf } = await readStackFile(directory, environment);
	const files = environmentFileNames(content, environment).map((name) => {
		const file = resolve(directory, name);
		const found = readTextFile(file);
		return { name, path: file, lines: found.kind === 'text' ? linesOf(found.text) : null };
	});
	const names = Object.keys(content?.env ?? {});
	const lines = new Map(names.map((name) => [name, lineOf(['env', name])]));
	return { files, stackFile: path === null ? null : { name: basename(path), path, lines } };
}
