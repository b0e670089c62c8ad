import { hostname, userInfo } from 'node:os';

/** Who makes a change, as the history tells it: `user@host`. */
export function currentUser(): string {
	return `${userInfo().username}@${hostname()}`;
}
