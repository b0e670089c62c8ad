import { ProcdeckError } from './errors.ts';

/** What shells and systemd take as the name of a variable. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isVariableName(name: string): boolean {
	return NAME.test(name);
}

/** Of which the env files can say what they like. */
const OWN_OF_INSTANCES: ReadonlySet<string> = new Set([
	'PS',
	'PROCDECK_STACK',
	'PROCDECK_SERVER',
	'PROCDECK_TYPE',
	'PROCDECK_INSTANCE',
]);

/**
 * The names that were given as arguments, each once.
 * @param verb such as `env set`, for what it says
 * @throws ProcdeckError `usage`. It repeats nothing that may be a value: who types one there must not see it again in a log.
 */
export function variableNames(verb: string, operands: readonly string[]): string[] {
	operands.forEach((operand, position) => {
		if (isVariableName(operand)) return;
		const option = /^--[a-z][a-z-]*/.exec(operand)?.[0];
		if (operand.startsWith('-')) throw usage(`${verb} has no option ${option ?? 'like that'}`, verb);
		const [before = ''] = operand.split('=');
		if (before === operand || !isVariableName(before))
			throw usage(`argument ${position + 1} of ${verb} is no name of a variable (A-Z, a-z, 0-9, _)`, verb);
		throw new ProcdeckError(
			'usage',
			`${before}= has a value behind it, and no value may be an argument: the shell keeps it, and everybody on this machine sees it`,
			`\`procdeck ${verb} ${before}\` asks for it or reads it from stdin; what was typed here may be known by now`,
		);
	});
	return [...new Set(operands)];
}

/** @throws ProcdeckError `refused` for one that each instance has of its own */
export function requireSettable(names: readonly string[]): void {
	const own = names.find((name) => OWN_OF_INSTANCES.has(name));
	if (own !== undefined)
		throw new ProcdeckError(
			'refused',
			`${own} is set by Procdeck for each instance, whatever the env files say`,
		);
}

function usage(message: string, verb: string): ProcdeckError {
	return new ProcdeckError('usage', message, `see procdeck ${verb.split(' ')[0]} --help`);
}
