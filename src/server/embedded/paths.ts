import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { digest } from '../../model/digest.ts';
import type { Stack } from '../../model/stack.ts';

/** Longest path of a Unix socket; longer ones are cut silently. */
const LONGEST_SOCKET_PATH = 107;
/** Of the name under which a socket is bound before it is moved into place. */
export const OWN_SUFFIX = '.new';

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
	/** In a folder of its own, which only this user can enter. */
	readonly socketDirectory: string;
	readonly socket: string;
	/** Names this stack, server and folder in the environment of what it starts. */
	readonly cookie: string;
}

/** `$XDG_STATE_HOME/procdeck`, by default under ~/.local/state. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
	const home = environment.XDG_STATE_HOME;
	return join(home?.startsWith('/') ? home : join(homedir(), '.local', 'state'), 'procdeck');
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
	const cookie = shortHash(directory);
	const short = join(stateRoot(), 'run', `${cookie}.sock`);
	const socketDirectory =
		Buffer.byteLength(short + OWN_SUFFIX) <= LONGEST_SOCKET_PATH
			? join(stateRoot(), 'run')
			: `/tmp/procdeck-${userInfo().uid}`;
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
		socketDirectory,
		socket: join(socketDirectory, `${cookie}.sock`),
		cookie,
	};
}

function shortHash(text: string): string {
	return digest(text, 10);
}
