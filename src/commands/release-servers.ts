import { ProcdeckError } from '../model/errors.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { serverNamed } from '../session/choose-servers.ts';

/**
 * The servers that have releases: those that are named, or all of the stack.
 * @throws ProcdeckError `usage` where there is none, `unknown-server`
 */
export function releaseServers(stack: Stack, names: readonly string[] | undefined): ServerDefinition[] {
	const chosen = names === undefined ? stack.servers : names.map((name) => serverNamed(stack.servers, name));
	const local = chosen.find(({ kind }) => kind === 'local');
	if (names !== undefined && local !== undefined)
		throw new ProcdeckError('usage', `${local.name} is this machine: it runs the code in the app's folder`);
	const remote = chosen.filter(({ kind }) => kind === 'ssh');
	if (remote.length > 0) return remote;
	throw new ProcdeckError(
		'usage',
		`${stack.name} (${stack.environment}) has no servers over SSH: what runs here is the code in the folder`,
		'`procdeck server add NAME [USER@]HOST` adds one',
	);
}
