import type { Context } from '../context.ts';
import { commandLine } from './pasteable.ts';

/** Says how what runs on some servers takes over what was written there: it keeps what it was started with. */
export function tellStale({ globals, output }: Context, servers: readonly string[]): void {
	const [first, ...others] = servers;
	if (first === undefined) return;
	const command = `restart --stale ${others.length === 0 ? `--server ${first}` : '--all'}`;
	output.note(`what runs takes it over when it is restarted: ${commandLine(command, globals)}`);
}
