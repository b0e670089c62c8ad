import { ProcdeckError } from '../model/errors.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { AddressOf } from './load-balancer.ts';

const HERE = '127.0.0.1';

/**
 * Where a load balancer reaches the instances of servers: `address` of the stack file, else the host that the server's
 * connection leads to.
 * @param balancerServer the server that it runs on
 * @throws ProcdeckError `refused` for a local server that it does not share a machine with, and that names no address;
 *   `unreachable` where the SSH configuration cannot be read
 */
export async function balancerAddresses(
	{ servers }: Pick<Stack, 'servers'>,
	balancerServer: ServerDefinition,
	names: readonly string[],
): Promise<AddressOf> {
	const named = servers.filter(({ name }) => names.includes(name));
	const entries = await Promise.all(
		named.map(async (server) => [server.name, await addressOf(server, balancerServer)] as const),
	);
	const addresses = new Map(entries);
	return (server) => addresses.get(server) ?? HERE;
}

async function addressOf(server: ServerDefinition, balancerServer: ServerDefinition): Promise<string> {
	if (server.address !== null) return server.address;
	if (server.name === balancerServer.name) return HERE;
	if (server.kind === 'ssh') {
		const { readSettings } = await import('../link/ssh/settings.ts');
		const { name, host, user, port } = server;
		return (await readSettings({ host: host ?? name, user, port }, null)).hostname;
	}
	if (balancerServer.kind === 'local') return HERE;
	throw new ProcdeckError(
		'refused',
		`the load balancer on ${balancerServer.name} does not know how to reach ${server.name}, which is this machine`,
		`write \`address:\` into the stack file, below servers.${server.name}`,
	);
}
