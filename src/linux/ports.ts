import { readFileSync } from 'node:fs';

const LISTENING = '0A';

/** Whether any process of this machine listens on a TCP port, whatever the address. */
export function isListening(port: number): boolean {
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) => {
		return read(table).some((line) => {
			const [, local, , state] = line.trim().split(/\s+/);
			return state === LISTENING && local?.endsWith(suffix) === true;
		});
	});
}

function read(table: string): string[] {
	try {
		return readFileSync(table, 'latin1').split('\n');
	} catch {
		// Without IPv6 there is no table for it.
		return [];
	}
}
