import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const REFUSALS = {
	501: ['Not Implemented', 'This kind of upgrade is not supported.'],
	502: ['Bad Gateway', 'The application ended before it answered.'],
	503: ['Service Unavailable', 'The application is not available. Try again in a moment.'],
} as const;

export type Refusal = keyof typeof REFUSALS;

/** Answers in place of an instance. */
export function refuse(response: ServerResponse, status: Refusal): void {
	if (response.destroyed) return;
	if (response.headersSent) {
		response.destroy();
		return;
	}
	const [reason, text] = REFUSALS[status];
	response.writeHead(status, reason, headersOf(text)).end(`${text}\n`);
}

/** Answers who wanted to upgrade. */
export function refuseUpgrade(socket: Duplex, status: Refusal): void {
	if (socket.destroyed || !socket.writable) return;
	const [reason, text] = REFUSALS[status];
	const headers = Object.entries({ ...headersOf(text), connection: 'close' });
	const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head}\r\n${text}\n`);
}

function headersOf(text: string): Record<string, string> {
	const length = String(Buffer.byteLength(text) + 1);
	return {
		'content-type': 'text/plain; charset=utf-8',
		'content-length': length,
		'cache-control': 'no-store',
	};
}
