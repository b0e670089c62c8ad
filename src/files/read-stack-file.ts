import { resolve } from 'node:path';
import { type FileMessage, ProcdeckError } from '../model/errors.ts';
import type { StackFile } from '../model/stack-file.ts';
import { readTextFile } from './read-text.ts';

const STACK_FILE = 'procdeck.yml';
export const DEFAULT_ENVIRONMENT = 'development';

export interface FoundStackFile extends StackFile {
	/** Absolute; null where there is none, and then the content is empty. */
	readonly path: string | null;
	readonly environment: string;
	/** As Stack has it. */
	readonly environmentIsDefault: boolean;
	readonly warnings: readonly FileMessage[];
	readonly watchedFiles: readonly string[];
}

type Candidate = StackFile & { readonly name: string; readonly warnings: readonly FileMessage[] };

/**
 * Reads `procdeck.ENV.yml`, else `procdeck.yml`.
 * @param wanted the environment asked for; null: the one that `procdeck.yml` names, else development
 * @throws ProcdeckError `usage` where the file is for another environment than the one asked for.
 */
export async function readStackFile(directory: string, wanted: string | null): Promise<FoundStackFile> {
	const { found, environment } = await choose(directory, wanted);
	const watchedFiles = [specificName(environment), STACK_FILE].map((name) => resolve(directory, name));
	const isNamed = wanted !== null || (found !== null && found.name !== STACK_FILE);
	const rest = { environment, watchedFiles };
	if (found === null) {
		const nothing = { content: {}, errors: [], warnings: [], lineOf: () => 1, path: null };
		return { ...nothing, ...rest, environmentIsDefault: !isNamed };
	}
	const written = found.content?.environment;
	if (written !== undefined && written !== environment)
		throw otherEnvironment(found.name, written, environment);
	const environmentIsDefault = !isNamed && written === undefined;
	return { ...found, ...rest, path: resolve(directory, found.name), environmentIsDefault };
}

async function choose(
	directory: string,
	wanted: string | null,
): Promise<{ found: Candidate | null; environment: string }> {
	if (wanted !== null) {
		const found = (await read(directory, specificName(wanted))) ?? (await read(directory, STACK_FILE));
		return { found, environment: wanted };
	}
	const general = await read(directory, STACK_FILE);
	// It may be for any environment: another one's file must not be taken for it.
	if (general !== null && general.content === null)
		return { found: general, environment: DEFAULT_ENVIRONMENT };
	const environment = general?.content?.environment ?? DEFAULT_ENVIRONMENT;
	return { found: (await read(directory, specificName(environment))) ?? general, environment };
}

function specificName(environment: string): string {
	return `procdeck.${environment}.yml`;
}

async function read(directory: string, name: string): Promise<Candidate | null> {
	const file = readTextFile(resolve(directory, name));
	if (file.kind === 'missing') return null;
	if (file.kind === 'unreadable') {
		const errors = [{ file: name, line: null, message: file.reason }];
		return { name, content: null, errors, warnings: [], lineOf: () => 1 };
	}
	// Loaded only here: a stack without a stack file starts without YAML and the schema.
	const { parseStackFile } = await import('../model/stack-file.ts');
	const notUtf8 = { file: name, line: file.invalidLine, message: 'not UTF-8; save the file as UTF-8' };
	return { name, ...parseStackFile(file.text, name), warnings: file.invalidLine === null ? [] : [notUtf8] };
}

function otherEnvironment(file: string, written: string, wanted: string): ProcdeckError {
	const message = `${file} is for the environment ${written}, not ${wanted}`;
	const hint =
		file === STACK_FILE
			? `Write a ${specificName(wanted)}, or leave -e out.`
			: `Correct "environment:" in ${file}.`;
	return new ProcdeckError('usage', message, hint);
}
