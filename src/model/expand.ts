import { type ParameterUse, scanShell } from './shell-scan.ts';

export interface Expansion {
	/** The command with values in place of `$N`, secrets as `***`. */
	readonly text: string;
	/** What to know about it, such as a variable that is not set; without file and line. */
	readonly warnings: readonly string[];
}

const SECRET_NAME = /PASS|SECRET|TOKEN|KEY|CREDENTIAL/i;
/** `scheme://user:password@`; digits up to a slash are a port. */
const URL_PASSWORD = /([A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s:@/'"]*):(?:[^\s/?#'"]+@|(?!\d+[/?#])[^\s'"]+?@)/g;
const HIDDEN = '***';

/**
 * A command as it will run, to be shown: parameters outside single quotes and comments are replaced as the shell will do.
 * What runs is always the command itself.
 */
export function expand(command: string, environment: Readonly<Record<string, string>>): Expansion {
	const { parameters, assigned } = scanShell(command);
	const warnings = new Set<string>();
	let text = '';
	let shownUpTo = 0;
	for (const parameter of parameters) {
		const written = command.slice(parameter.start, parameter.end);
		text += command.slice(shownUpTo, parameter.start) + (shownValue(parameter, environment) ?? written);
		shownUpTo = parameter.end;
		if (isMissing(parameter, environment, assigned)) {
			warnings.add(
				`$${parameter.name} is not set; set it in an env file, or write \${${parameter.name}:-default}`,
			);
		}
	}
	text += command.slice(shownUpTo);
	return { text: hideUrlPasswords(text), warnings: [...warnings] };
}

/** Names that a command uses, and that neither it nor its environment sets. */
export function unsetVariables(command: string, environment: Readonly<Record<string, string>>): string[] {
	const { parameters, assigned } = scanShell(command);
	const missing = parameters.filter((parameter) => isMissing(parameter, environment, assigned));
	return [...new Set(missing.map(({ name }) => name))];
}

/** Passwords in URLs shown as `***`. */
export function hideUrlPasswords(text: string): string {
	return text.includes('://') ? text.replace(URL_PASSWORD, `$1:${HIDDEN}@`) : text;
}

function isMissing(
	{ name, operator }: ParameterUse,
	environment: Readonly<Record<string, string>>,
	assigned: ReadonlySet<string>,
): boolean {
	// `-`, `=`, `+` and `?` say themselves what happens when the name is not set.
	const decidedByOperator = /^:?[-=+?]/.test(operator);
	return !decidedByOperator && !assigned.has(name) && !Object.hasOwn(environment, name);
}

/** What stands in a parameter's place; null: it stays as it is written. */
function shownValue(
	{ name, operator, assignedBefore }: ParameterUse,
	environment: Readonly<Record<string, string>>,
): string | null {
	if (assignedBefore) return null;
	const value = Object.hasOwn(environment, name) ? environment[name]! : null;
	const shown = value !== null && SECRET_NAME.test(name) ? HIDDEN : value;
	if (operator === '') return shown;
	const fallback = /^(:?)[-=]([^$`'"\\]*)$/.exec(operator);
	if (fallback === null) return null;
	const emptyCounts = fallback[1] === '';
	if (value !== null && (emptyCounts || value !== '')) return shown;
	return SECRET_NAME.test(name) ? HIDDEN : fallback[2]!;
}
