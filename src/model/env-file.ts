import { parse } from 'dotenv';
import type { FileMessage } from './errors.ts';

export interface EnvFile {
	readonly variables: Readonly<Record<string, string>>;
	readonly warnings: readonly FileMessage[];
	readonly errors: readonly FileMessage[];
}

/**
 * The grammar of dotenv, which tells nobody where an entry stands, and skips in silence what it does not match: what is
 * before the name, the name, what parts it from its value, and the value with its quotes.
 */
export const ENTRY =
	/^(\s*(?:export\s+)?)([\w.-]+)(\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\n]+)?\s*(?:#.*)?$/gm;

/** An env file's text as dotenv reads it. */
export function sourceOf(text: string): string {
	return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/** Reads an env file as dotenv does, with a warning for each line that it passes over. */
export function parseEnvFile(text: string, file: string): EnvFile {
	const source = sourceOf(text);
	const variables = parse(source);
	const errors = Object.entries(variables)
		.filter(([, value]) => value.includes('\0'))
		.map(([name]) => ({
			file,
			line: null,
			message: `the value of ${name} holds a NUL character; remove it`,
		}));
	return { variables, warnings: skippedLines(source, file), errors };
}

function skippedLines(source: string, file: string): FileMessage[] {
	// What is left without the entries keeps its line breaks, and so its line numbers.
	const rest = source.replace(ENTRY, (entry) => entry.replace(/[^\n]/g, ''));
	return rest.split('\n').flatMap((content, index) => {
		if (/^\s*(?:#|$)/.test(content)) return [];
		return [
			{ file, line: index + 1, message: 'skipped: not NAME=value; put # before it if it is a comment' },
		];
	});
}
