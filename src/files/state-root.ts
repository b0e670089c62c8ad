import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_STATE_HOME/procdeck`, by default under ~/.local/state. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
	const home = environment.XDG_STATE_HOME;
	return join(home?.startsWith('/') ? home : join(homedir(), '.local', 'state'), 'procdeck');
}
