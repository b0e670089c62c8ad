import { ProcdeckError } from '../model/errors.ts';
import type { ServerDefinition } from '../model/stack.ts';
import { didYouMean } from '../model/suggest.ts';

/** `--server S` and `--all` as given. */
export interface ServerChoice {
	readonly server?: string;
	readonly all?: boolean;
}

/**
 * The servers that a change goes to: the one named, all of them, or the only one there is.
 * @throws ProcdeckError `usage` where the choice is not clear, `unknown-server`.
 */
export function chooseServers(
	servers: readonly ServerDefinition[],
	choice: ServerChoice,
): ServerDefinition[] {
	if (choice.server !== undefined && choice.all) {
		throw new ProcdeckError('usage', '--server and --all exclude each other');
	}
	if (choice.server !== undefined) return [serverNamed(servers, choice.server)];
	if (choice.all || servers.length === 1) return [...servers];
	throw new ProcdeckError(
		'usage',
		`the stack has ${servers.length} servers: ${servers.map((server) => server.name).join(', ')}`,
		'name one with --server NAME, or take --all',
	);
}

/** The servers that a report covers: the one named, or all of them. */
export function coveredServers(
	servers: readonly ServerDefinition[],
	name: string | undefined,
): ServerDefinition[] {
	return name === undefined ? [...servers] : [serverNamed(servers, name)];
}

/** @throws ProcdeckError `unknown-server` */
export function serverNamed(servers: readonly ServerDefinition[], name: string): ServerDefinition {
	const found = servers.find((server) => server.name === name);
	if (found) return found;
	const known = servers.map((server) => server.name);
	throw new ProcdeckError(
		'unknown-server',
		`unknown server ${name}${didYouMean(name, known)}`,
		`the stack has ${known.join(', ')}`,
	);
}
