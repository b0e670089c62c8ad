import { instanceLimit } from './ports.ts';
import type { StackFileContent } from './stack-file.ts';
import type { Fault } from './stack-file-faults.ts';
import { DEFAULT_MAX_INSTANCES, serverDefinitions } from './stack-file-model.ts';
import { didYouMean } from './suggest.ts';

type Server = NonNullable<StackFileContent['servers']>[string];
type Process = NonNullable<StackFileContent['processes']>[string];

/** What each value alone does not show: keys that exclude each other, servers that do not exist, counts over a limit. */
export function findContradictions(content: StackFileContent): Fault[] {
	const servers = serverDefinitions(content).map((server) => server.name);
	return [
		...Object.entries(content.servers ?? {}).flatMap(([name, server]) => serverFaults(name, server)),
		...Object.entries(content.processes ?? {}).flatMap(([type, process]) =>
			scaleFaults(type, process, servers),
		),
		...balancerFaults(content, servers),
	];
}

function serverFaults(name: string, server: Server): Fault[] {
	const path = ['servers', name];
	if (server.local && server.host !== undefined)
		return [{ path, message: 'has both local and host; remove one' }];
	if (!server.local && server.host === undefined) {
		return [{ path, message: 'needs a host, or local: true for this machine' }];
	}
	if (server.host !== undefined && server.supervisor === 'embedded') {
		return [{ path: [...path, 'supervisor'], message: 'must be systemd on a server with a host' }];
	}
	return [];
}

function scaleFaults(type: string, process: Process, servers: readonly string[]): Fault[] {
	const path = ['processes', type, 'scale'];
	const { scale, max_instances } = process;
	if (scale === undefined) return [];
	const limit = instanceLimit(type, max_instances ?? DEFAULT_MAX_INSTANCES);
	const over = (at: Fault['path'], count: number): Fault[] =>
		count > limit ? [{ path: at, message: `must be at most ${limit}, not ${count}` }] : [];
	if (typeof scale === 'number') {
		if (servers.length === 1) return over(path, scale);
		return [
			{
				path,
				message: `must name the server, such as {${servers[0]}: ${scale}}; servers: ${servers.join(', ')}`,
			},
		];
	}
	return Object.entries(scale).flatMap(([server, count]) =>
		servers.includes(server)
			? over([...path, server], count)
			: [unknownServer([...path, server], server, servers)],
	);
}

function balancerFaults(content: StackFileContent, servers: readonly string[]): Fault[] {
	const server = content.load_balancer?.server;
	if (server === undefined || servers.includes(server)) return [];
	return [unknownServer(['load_balancer', 'server'], server, servers)];
}

function unknownServer(path: Fault['path'], server: string, servers: readonly string[]): Fault {
	const message = `names ${server}, which is no server of this file${didYouMean(server, servers)}; servers: ${servers.join(', ')}`;
	return { path, message };
}
