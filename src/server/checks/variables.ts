import { unsetVariables } from '../../model/expand.ts';
import { type Found, fine } from '../../model/finding.ts';
import { instanceEnvironment, stackEnvironment } from '../../model/launch.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';

const CHECK = 'variables';

/** What a shell knows without being told. */
const OF_THE_SHELL = 'HOME PATH PWD OLDPWD PPID IFS OPTIND LINENO RANDOM SECONDS HOSTNAME UID EUID'.split(
	' ',
);

/**
 * Variables that commands use and nobody sets.
 * @param wanted process types of which something is to run there; where there are none, all may come
 * @param inherited names of those that instances have there by themselves
 */
export function variablesFinding(
	stack: Stack,
	server: Pick<ServerDefinition, 'name'>,
	wanted: ReadonlySet<string>,
	inherited: readonly string[],
): Found {
	const known = Object.fromEntries([...OF_THE_SHELL, ...inherited].map((name) => [name, '']));
	const shared = { ...known, ...stackEnvironment(stack, {}) };
	const types = stack.processTypes.filter(({ name }) => wanted.size === 0 || wanted.has(name));
	const unset = types.flatMap(({ name: type, command }) => {
		const own = instanceEnvironment(stack, server, { type, index: 1, port: 1 });
		const names = unsetVariables(command, { ...shared, ...own });
		return names.length === 0 ? [] : [`${type} uses ${names.map((name) => `$${name}`).join(' and ')}`];
	});
	if (unset.length === 0) return fine(CHECK, 'what the commands use is set');
	const message = `nobody sets what commands use: ${unset.join('; ')}`;
	const fix = 'set it in an env file, or write ${NAME:-default} in the Procfile';
	return { check: CHECK, severity: 'warning', message, fix };
}
