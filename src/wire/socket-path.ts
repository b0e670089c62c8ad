import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { stateRoot } from '../files/state-root.ts';
import { digest } from '../model/digest.ts';

/** Longest path of a Unix socket; longer ones are cut silently. */
const LONGEST_SOCKET_PATH = 107;
/** Of the name under which a socket is bound before it is moved into place. */
export const OWN_SUFFIX = '.new';

export interface SocketPath {
	/** A folder of its own, which only this user can enter. */
	readonly directory: string;
	readonly path: string;
}

/** Where what keeps its state in a folder listens: a short path, whatever the folder's is. */
export function socketPathFor(stateDirectory: string): SocketPath {
	const name = `${digest(stateDirectory, 10)}.sock`;
	const path = join(stateRoot(), 'run', name);
	const fits = Buffer.byteLength(path + OWN_SUFFIX) <= LONGEST_SOCKET_PATH;
	const directory = fits ? dirname(path) : `/tmp/procdeck-${userInfo().uid}`;
	return { directory, path: join(directory, name) };
}
