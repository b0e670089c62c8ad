import { join } from 'node:path';
import { type SocketPath, socketPathFor } from '../../wire/socket-path.ts';

/** What is in the folder of an embedded load balancer. */
export interface BalancerPaths {
	readonly directory: string;
	readonly configuration: string;
	readonly lock: string;
	readonly socket: SocketPath;
}

export function balancerPaths(directory: string): BalancerPaths {
	return {
		directory,
		configuration: join(directory, 'configuration.json'),
		lock: join(directory, 'lock'),
		socket: socketPathFor(directory),
	};
}
