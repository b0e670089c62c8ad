import { parseEnvFile } from './env-file.ts';
import { type EnvEntry, envEntries, type Range } from './env-file-entries.ts';
import { ProcdeckError } from './errors.ts';

type Variables = Readonly<Record<string, string>>;

const PLAIN = /^[\w@%+,./:=-]+$/;

/**
 * What could stand for a value in an env file, the plainest first. Which of them dotenv reads back depends on the value,
 * because it knows no escapes but `\n` and `\r` in double quotes, and on what follows in the file.
 */
function writtenForms(value: string): string[] {
	const withReturns = value.replaceAll('\r', '\\r');
	return [
		...(PLAIN.test(value) ? [value] : []),
		`'${value}'`,
		`"${withReturns}"`,
		`\`${value}\``,
		`"${withReturns.replaceAll('\n', '\\n')}"`,
		value,
	];
}

/**
 * An env file with a variable set; comments, order and everything else stay as they are.
 * @returns the same text where the variable has that value already
 * @throws ProcdeckError `usage` for a value that cannot be written such that dotenv reads it back, `refused` for a file
 * in which nothing can be; the value is in neither
 */
export function withVariable(text: string, name: string, value: string): string {
	const before = variablesIn(text);
	if (Object.hasOwn(before, name) && before[name] === value) return text;
	const wanted = { ...before, [name]: value };
	const entry = envEntries(text).findLast((each) => each.name === name);
	for (const written of writtenForms(value)) {
		const edited =
			entry === undefined ? appended(text, `${name}=${written}`) : spliced(text, entry.value, written);
		if (isSame(variablesIn(edited), wanted)) return edited;
	}
	throw text === '' || !isWritable(name, value) ? unwritable(name) : uneditable(name);
}

/**
 * An env file without a variable; comments on lines of their own, order and everything else stay as they are.
 * @returns the same text where it has no such variable
 * @throws ProcdeckError `refused`
 */
export function withoutVariable(text: string, name: string): string {
	const { [name]: _, ...wanted } = variablesIn(text);
	const entries = envEntries(text).filter((each) => each.name === name);
	const edited = entries.reduceRight((rest, { lines }) => spliced(rest, lines, ''), text);
	if (isSame(variablesIn(edited), wanted)) return edited;
	throw uneditable(name);
}

/** The line of the entry that counts, by name. */
export function linesOf(text: string): ReadonlyMap<string, number> {
	return new Map(envEntries(text).map(({ name, line }: EnvEntry) => [name, line]));
}

function variablesIn(text: string): Variables {
	return parseEnvFile(text, '').variables;
}

function spliced(text: string, { start, end }: Range, by: string): string {
	return text.slice(0, start) + by + text.slice(end);
}

/** At the end of a text, on a line of its own. */
function appended(text: string, line: string): string {
	const newline = text.includes('\r\n') ? '\r\n' : '\n';
	return `${text}${text === '' || /[\r\n]$/.test(text) ? '' : newline}${line}${newline}`;
}

function isSame(one: Variables, other: Variables): boolean {
	const names = Object.keys(one);
	return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function isWritable(name: string, value: string): boolean {
	return writtenForms(value).some((written) => variablesIn(`${name}=${written}\n`)[name] === value);
}

function unwritable(name: string): ProcdeckError {
	return new ProcdeckError(
		'usage',
		`the value of ${name} cannot be written into an env file such that it is read back as it is`,
		'it has too many kinds of quotes, or carriage returns, for the few escapes there are; encode it, as in base64',
	);
}

function uneditable(name: string): ProcdeckError {
	return new ProcdeckError(
		'refused',
		`${name} cannot be changed without changing what else the env file says`,
		'look for a quote that has no end, or edit it by hand',
	);
}
