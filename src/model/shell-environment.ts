/** What Procdeck gives to one instance. */
const OF_AN_INSTANCE: ReadonlySet<string> = new Set([
	'PROCDECK_COOKIE',
	'PROCDECK_ENVIRONMENT',
	'PROCDECK_STACK',
	'PROCDECK_SERVER',
	'PROCDECK_TYPE',
	'PROCDECK_INSTANCE',
	'PS',
	'PORT',
]);

/**
 * The shell environment that new instances get, from a process's own variables. Where that process runs inside an
 * instance, the instance's own are not the user's shell.
 */
export function shellEnvironment(
	variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
	const isInInstance = variables.PROCDECK_COOKIE !== undefined;
	const shell: Record<string, string> = {};
	for (const [name, value] of Object.entries(variables)) {
		if (value !== undefined && !(isInInstance && OF_AN_INSTANCE.has(name))) shell[name] = value;
	}
	return shell;
}
