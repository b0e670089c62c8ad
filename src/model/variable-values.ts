import { parseEnvFile } from './env-file.ts';
import { formatFileMessage, ProcdeckError } from './errors.ts';
import { isVariableName } from './variable-names.ts';

/** Values by name. */
export type Variables = ReadonlyMap<string, string>;

/** Linux takes no longer `NAME=VALUE` into a process. */
const LONGEST_BYTES = 128 * 1024 - 1;

/**
 * The value of one variable as it comes from stdin: all of it, but for its last newline.
 * @throws ProcdeckError `usage` where there is nothing at all, as where nobody has connected anything
 */
export function onlyValue(name: string, stdin: string): Variables {
	if (stdin === '') {
		throw new ProcdeckError(
			'usage',
			`stdin has no value for ${name}`,
			`an empty one is a newline: echo | procdeck env set ${name}`,
		);
	}
	return new Map([[name, stdin.replace(/\r?\n$/, '')]]);
}

/**
 * The values of several variables as they come from stdin, in lines as an env file has them.
 * @param names those that are taken; null: all
 * @throws ProcdeckError `usage` for a line that says something else, a name that none has, and one that is none; without any value
 */
export function severalValues(names: readonly string[] | null, stdin: string): Variables {
	const { variables, warnings } = parseEnvFile(stdin, 'stdin');
	const [skipped] = warnings;
	if (skipped !== undefined) throw new ProcdeckError('usage', formatFileMessage(skipped));
	const wanted = names ?? Object.keys(variables);
	const missing = wanted.filter((name) => !Object.hasOwn(variables, name));
	if (missing.length > 0 || wanted.length === 0) {
		const what = wanted.length === 0 ? 'any variable' : missing.join(', ');
		throw new ProcdeckError('usage', `stdin has no line for ${what}`, 'it takes lines of NAME=VALUE');
	}
	const odd = wanted.find((name) => !isVariableName(name));
	if (odd !== undefined)
		throw new ProcdeckError('usage', `stdin sets ${odd}, which is no name of a variable (A-Z, a-z, 0-9, _)`);
	return new Map(wanted.map((name) => [name, variables[name]!]));
}

/** @throws ProcdeckError `usage` for what no process can be given */
export function requirePassable(variables: Variables): void {
	for (const [name, value] of variables) {
		if (value.includes('\0')) throw new ProcdeckError('usage', `the value of ${name} holds a NUL character`);
		if (new TextEncoder().encode(`${name}=${value}`).length > LONGEST_BYTES)
			throw new ProcdeckError(
				'usage',
				`the value of ${name} is longer than a process can be given (128 KiB)`,
			);
	}
}
