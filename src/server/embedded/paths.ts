import { join } from 'node:path';
import { stateRoot } from '../../files/state-root.ts';
import { digest } from '../../model/digest.ts';
import type { Stack } from '../../model/stack.ts';
import { type SocketPath, socketPathFor } from '../../wire/socket-path.ts';

/** Where one embedded supervisor keeps what it must not lose. */
export interface StatePaths {
	readonly directory: string;
	readonly formation: string;
	readonly instances: string;
	readonly launches: string;
	readonly identity: string;
	readonly history: string;
	readonly lock: string;
	readonly stdin: string;
	readonly supervisorLog: string;
	readonly logs: string;
	/** The load balancer of the stack, where it is on this server. */
	readonly balancer: string;
	readonly socket: SocketPath;
	/** Names this stack, server and folder in the environment of what it starts. */
	readonly cookie: string;
}

/** The state of one server of a stack: a local stack is its name, environment and folder. */
export function statePaths(
	stack: Pick<Stack, 'name' | 'environment' | 'directory'>,
	server: string,
): StatePaths {
	const hash = shortHash(stack.directory);
	return pathsIn(join(stateRoot(), `${stack.name}.${stack.environment}.${server}.${hash}`));
}

/** Whether a folder of the state, by its name, is about an app's folder. */
export function belongsTo(directory: string, stateFolder: string): boolean {
	return stateFolder.endsWith(`.${shortHash(directory)}`);
}

/** The paths in a state folder that is already known. */
export function pathsIn(directory: string): StatePaths {
	return {
		directory,
		formation: join(directory, 'formation.json'),
		instances: join(directory, 'instances.json'),
		launches: join(directory, 'launches.json'),
		identity: join(directory, 'identity.json'),
		history: join(directory, 'history'),
		lock: join(directory, 'lock'),
		stdin: join(directory, 'stdin'),
		supervisorLog: join(directory, 'supervisor.log'),
		logs: join(directory, 'logs'),
		balancer: join(directory, 'balancer'),
		socket: socketPathFor(directory),
		cookie: shortHash(directory),
	};
}

function shortHash(text: string): string {
	return digest(text, 10);
}
