import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { describeProcess, listPids } from './proc.ts';

const LISTENING = '0A';

/** Whether any process of this machine listens on a TCP port, whatever the address. */
export function isListening(port: number): boolean {
	return listeningSockets(port).size > 0;
}

/** As descriptors of their processes name them: `socket:[123]`. */
function listeningSockets(port: number): Set<string> {
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(read);
	const sockets = lines.flatMap((line) => {
		const fields = line.trim().split(/\s+/);
		const isMeant = fields[3] === LISTENING && fields[1]?.endsWith(suffix) === true;
		return isMeant ? `socket:[${fields[9]}]` : [];
	});
	return new Set(sockets);
}

function read(table: string): string[] {
	try {
		return readFileSync(table, 'latin1').split('\n');
	} catch {
		// Without IPv6 there is no table for it.
		return [];
	}
}

/** Names the process that listens on a TCP port, for a message; null where there is none or it cannot be told. */
export function describeListener(port: number): string | null {
	const sockets = listeningSockets(port);
	if (sockets.size === 0) return null;
	const pid = listPids().find((candidate) => hasOneOf(candidate, sockets));
	return pid === undefined ? null : describeProcess(pid);
}

function hasOneOf(pid: number, sockets: ReadonlySet<string>): boolean {
	try {
		const folder = `/proc/${pid}/fd`;
		return readdirSync(folder).some((descriptor) => sockets.has(readlinkSync(`${folder}/${descriptor}`)));
	} catch {
		// It is another user's, or has ended.
		return false;
	}
}
