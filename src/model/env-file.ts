import { parse } from 'dotenv';
import type { FileMessage } from './errors.ts';

export interface EnvFile {
	readonly variables: Readonly<Record<string, string>>;
	readonly warnings: readonly FileMessage[];
	readonly errors: readonly FileMessage[];
}

// The grammar of dotenv, which skips in silence what it does not match; kept here only to name those lines.
const ENTRY =
	/^\s*(?:export\s+)?[\w.-]+(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\n]+)?\s*(?:#.*)?$/gm;

/** Reads an env file as dotenv does, with a warning for each line that it passes over. */
export function parseEnvFile(text: string, file: string): EnvFile {
	const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
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
