import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Answer {
	readonly status: number;
	readonly headers: IncomingMessage['headers'];
	readonly body: string;
	/** The instance that answered; empty: none did. */
	readonly instance: string;
}

interface AskOptions {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export async function ask(
	url: string,
	{ method = 'GET', headers = {}, body }: AskOptions = {},
): Promise<Answer> {
	const asked = request(url, { method, headers, agent: false });
	asked.end(body);
	return answerOf(asked);
}

export async function answerOf(asked: ClientRequest): Promise<Answer> {
	const [response] = (await once(asked, 'response')) as [IncomingMessage];
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk as Buffer);
	return {
		status: response.statusCode ?? 0,
		headers: response.headers,
		body: Buffer.concat(chunks).toString(),
		instance: String(response.headers['x-instance'] ?? ''),
	};
}

export interface Upgraded {
	readonly socket: Duplex;
	readonly instance: string;
	/** Sends a text and waits until it comes back. */
	echo(text: string): Promise<void>;
}

/** An upgraded connection, as a WebSocket begins. */
export async function upgrade(url: string): Promise<Upgraded> {
	const headers = {
		connection: 'Upgrade',
		upgrade: 'websocket',
		'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
		'sec-websocket-version': '13',
	};
	const asked = request(url, { headers, agent: false });
	asked.end();
	const [response, socket] = (await once(asked, 'upgrade')) as [IncomingMessage, Duplex, Buffer];
	socket.on('error', () => {});
	const echo = async (text: string) => {
		let back = '';
		const seen = new Promise<void>((resolve, reject) => {
			socket.on('data', function collect(chunk) {
				back += String(chunk);
				if (back !== text) return;
				socket.off('data', collect);
				resolve();
			});
			socket.once('close', () => reject(new Error(`it was closed after ${JSON.stringify(back)}`)));
		});
		socket.write(text);
		await seen;
	};
	return { socket, instance: String(response.headers['x-instance']), echo };
}
