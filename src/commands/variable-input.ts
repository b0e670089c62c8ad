import { isUtf8 } from 'node:buffer';
import { ProcdeckError } from '../model/errors.ts';
import { onlyValue, requirePassable, severalValues, type Variables } from '../model/variable-values.ts';
import { hasConsole } from './ask-console.ts';
import { canAsk } from './confirm.ts';

/** What stands for all variables that stdin has. */
export const ALL_OF_STDIN = '-';

/**
 * The values of variables: asked for where somebody sits at a terminal or at a console, else from stdin.
 * @param names null: those that stdin has
 * @returns null: nobody answered
 * @throws ProcdeckError `usage`
 */
export async function readValues(names: readonly string[] | null): Promise<Variables | null> {
	const variables = await (names !== null && isAttended() ? askForValues(names) : valuesOfStdin(names));
	if (variables !== null) requirePassable(variables);
	return variables;
}

function isAttended(): boolean {
	return hasConsole() || process.stdin.isTTY;
}

async function askForValues(names: readonly string[]): Promise<Variables | null> {
	if (!canAsk()) throw new ProcdeckError('usage', 'there is nobody to ask for a value', 'stdin can have it');
	const { terminalAsker } = await import('./ask.ts');
	const variables = new Map<string, string>();
	for (const name of names) {
		const value = await terminalAsker.answer(`Value of ${name}, which is not shown`, false);
		if (value === null) return null;
		variables.set(name, value);
	}
	return variables;
}

async function valuesOfStdin(names: readonly string[] | null): Promise<Variables> {
	const stdin = await readStdin();
	const [only, ...others] = names ?? [];
	return only !== undefined && others.length === 0 ? onlyValue(only, stdin) : severalValues(names, stdin);
}

async function readStdin(): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
	const bytes = Buffer.concat(chunks);
	if (!isUtf8(bytes)) throw new ProcdeckError('usage', 'what stdin has is not UTF-8');
	return bytes.toString('utf8');
}
