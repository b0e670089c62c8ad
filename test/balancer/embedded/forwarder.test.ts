import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import {
	type AddressInfo,
	connect,
	createServer as createTcpServer,
	type Server,
	type Socket,
} from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeConfiguration } from '../../../src/balancer/embedded/configuration-file.ts';
import { LoadBalancer } from '../../../src/balancer/embedded/load-balancer.ts';
import { balancerPaths } from '../../../src/balancer/embedded/paths.ts';
import { ask } from '../../contract/balancer-requests.ts';
import { freePort } from '../../support/free-port.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

async function portOf(server: Server): Promise<number> {
	await once(server.listen(0, '127.0.0.1'), 'listening');
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

/** A web program that answers all but health checks by `answer`. */
function web(
	answer: (request: IncomingMessage, response: ServerResponse) => void,
): ReturnType<typeof createServer> {
	return createServer((asked, response) => {
		if (asked.url === '/health') response.end();
		else answer(asked, response);
	});
}

/** A load balancer in this process, all of whose backends are healthy. */
async function balancerOf(...ports: readonly number[]): Promise<{ url: string; port: number }> {
	const port = await freePort();
	const paths = balancerPaths(await tempFolder({}, 'balancer'));
	await writeConfiguration(paths.configuration, {
		settings: {
			port,
			healthCheck: '/health',
			algorithm: 'roundrobin',
			sticky: false,
			drainTimeoutMs: 1_000,
			certificate: null,
		},
		serving: { a: true },
		backends: ports.map((to, at) => ({
			server: 'a',
			instance: `web.${at + 1}`,
			address: '127.0.0.1',
			port: to,
		})),
	});
	const balancer = await LoadBalancer.open(paths);
	onTestFinished(() => balancer.close());
	await waitFor(
		() => balancer.observe().backends.every(({ state }) => state === 'healthy'),
		'all to be healthy',
	);
	return { url: `http://127.0.0.1:${port}`, port };
}

/** What comes back for bytes that no well-behaved client sends. */
async function raw(port: number, text: string): Promise<string> {
	const socket = connect(port, '127.0.0.1');
	let answer = '';
	socket.on('data', (chunk) => {
		answer += String(chunk);
	});
	socket.write(text);
	await once(socket, 'close');
	return answer;
}

const echo = (asked: IncomingMessage, response: ServerResponse) => void asked.pipe(response);
const tellHeaders = ({ headers }: IncomingMessage, response: ServerResponse) =>
	void response.end(JSON.stringify(headers));

describe('a request whose instance is gone', () => {
	it('goes to another one with its whole body, as nothing of it was sent', async () => {
		const gone = web(echo);
		const { url } = await balancerOf(await portOf(gone), await portOf(web(echo)));
		gone.close();
		gone.closeAllConnections();
		const body = 'order'.repeat(100_000);
		for (let count = 0; count < 4; count += 1) {
			const answer = await ask(`${url}/`, { method: 'POST', body });
			expect(answer.status).toBe(200);
			expect(answer.body === body).toBe(true);
		}
	});

	it('is asked anew where only a connection that was kept had ended', async () => {
		const port = await portOf(answersOncePerConnection());
		const { url } = await balancerOf(port);
		for (let count = 0; count < 3; count += 1) expect((await ask(`${url}/get`)).status).toBe(200);
		expect((await ask(`${url}/put`, { method: 'PUT', body: 'x' })).status).toBe(502);
	});

	it('is not sent twice when it may have been acted upon', async () => {
		let orders = 0;
		const dies = web((asked, response) => {
			if (asked.method === 'POST') orders += 1;
			if (asked.method === 'POST') response.destroy();
			else response.end();
		});
		const { url } = await balancerOf(await portOf(dies), await portOf(web(echo)));
		const answers = await Promise.all([1, 2].map(() => ask(`${url}/`, { method: 'POST', body: 'order' })));
		expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 502]);
		expect(orders).toBe(1);
	});

	it('breaks off where its answer did', async () => {
		const half = web((_, response) => {
			response.writeHead(200, { 'content-length': '10' }).write('half');
			setTimeout(() => response.destroy(), 50);
		});
		const { url } = await balancerOf(await portOf(half));
		await expect(ask(`${url}/`)).rejects.toThrow();
	});
});

describe('headers', () => {
	it('of one connection stay there', async () => {
		const { url } = await balancerOf(await portOf(web(tellHeaders)));
		const own = {
			connection: 'x-own, keep-alive',
			'x-own': 'secret',
			'keep-alive': 'timeout=7',
			te: 'trailers',
			'proxy-authorization': 'secret',
		};
		const { body } = await ask(`${url}/`, { headers: own });
		expect(Object.keys(JSON.parse(body) as object).toSorted()).toEqual([
			'connection',
			'host',
			'x-forwarded-for',
			'x-forwarded-host',
			'x-forwarded-proto',
		]);
	});

	it('of an instance’s connection stay there too', async () => {
		const closes = web((_, response) => {
			response.writeHead(200, { connection: 'x-inner, close', 'x-inner': 'secret', 'x-outer': 'seen' }).end();
		});
		const { port } = await balancerOf(await portOf(closes));
		const ask = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
		const answer = await raw(port, `${ask}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
		// The client's connection went on, and was closed as the client wanted.
		expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(2);
		expect(answer.match(/connection: close/gi)).toHaveLength(1);
		expect(answer).toContain('x-outer');
		expect(answer).not.toContain('x-inner');
	});

	it('tell the whole way of a request', async () => {
		const { url } = await balancerOf(await portOf(web(tellHeaders)));
		const { body } = await ask(`${url}/`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
		expect(JSON.parse(body)).toMatchObject({ 'x-forwarded-for': '192.0.2.1, 127.0.0.1' });
	});

	it('that expect an answer before the body have it from here', async () => {
		const { url } = await balancerOf(await portOf(web(tellHeaders)));
		const asked = request(url, { method: 'POST', headers: { expect: '100-continue' }, agent: false });
		asked.flushHeaders();
		await once(asked, 'continue');
		asked.end('body');
		const [answer] = (await once(asked, 'response')) as [IncomingMessage];
		const [body] = await once(answer, 'data');
		expect(JSON.parse(String(body))).not.toHaveProperty('expect');
	});
});

describe('what a client may not say', () => {
	it.each([
		[
			'two lengths',
			'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n',
		],
		['lengths that differ', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
		['a length that is none', 'Content-Length: +5\r\n\r\nhello'],
		['an unknown encoding last', 'Transfer-Encoding: chunked, odd\r\n\r\n0\r\n\r\n'],
		['a broken chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
	])('is %s: the instance sees nothing of what follows', async (_, rest) => {
		const seen: (string | undefined)[] = [];
		const server = web((asked, response) => {
			asked.on('error', () => {});
			asked.on('end', () => seen.push(asked.url));
			echo(asked, response);
		});
		const { port } = await balancerOf(await portOf(server));
		const answer = await raw(port, `POST / HTTP/1.1\r\nHost: x\r\n${rest}`);
		expect(answer).toMatch(/^(HTTP\/1.1 400 |$)/);
		expect(seen).toEqual([]);
	});

	it('is not a whole URL: only its path goes on', async () => {
		const path = web(({ url }, response) => void response.end(url));
		const { port } = await balancerOf(await portOf(path));
		const answer = await raw(port, 'GET http://x/a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
		expect(answer).toMatch(/\r\n\/a\?b(\r\n|$)/);
	});

	it('is no upgrade to anything else: it is answered as it is, or refused', async () => {
		const { port } = await balancerOf(await portOf(web(tellHeaders)));
		const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n';
		const socket = connect(port, '127.0.0.1');
		socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${offer}\r\n`);
		const [answer] = await once(socket, 'data');
		socket.destroy();
		expect(String(answer)).toMatch(/^HTTP\/1.1 (200 OK|501 )/);
		expect(String(answer)).not.toContain('h2c');
	});
});

describe('an upgrade', () => {
	const wish =
		'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
	const text = `GET / HTTP/1.1\r\nHost: x\r\n${wish}\r\n`;

	it('that the instance refuses is answered as the instance does', async () => {
		const refuses = web((_, response) => void response.end());
		refuses.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'));
		const { port } = await balancerOf(await portOf(refuses));
		expect(await raw(port, text)).toMatch(/^HTTP\/1.1 403 Forbidden\r\n[\s\S]*\r\n\r\nno$/);
	});

	it('that the instance does not answer is answered with 502', async () => {
		const dies = web((_, response) => void response.end());
		dies.on('upgrade', (_, socket) => socket.destroy());
		const { port } = await balancerOf(await portOf(dies));
		expect(await raw(port, text)).toMatch(/^HTTP\/1.1 502 /);
	});

	it('goes to another instance where one refuses connections', async () => {
		const gone = web(echo);
		const upgrades = web(echo);
		upgrades.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
		const { port } = await balancerOf(await portOf(gone), await portOf(upgrades));
		gone.close();
		gone.closeAllConnections();
		for (let count = 0; count < 3; count += 1) expect(await raw(port, text)).toMatch(/^HTTP\/1.1 101 /);
	});

	it('ends at the client when the instance breaks off, with nothing added', async () => {
		const breaks = web((_, response) => void response.end());
		breaks.on('upgrade', (_, socket: Socket) => {
			socket.write(
				'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
			);
			setTimeout(() => socket.resetAndDestroy(), 50);
		});
		const { port } = await balancerOf(await portOf(breaks));
		expect(await raw(port, text)).toMatch(/^HTTP\/1.1 101 [\s\S]*\r\n\r\nhello$/);
	});
});

describe('answers without a body', () => {
	it.each([204, 304])('%i come through, and the connection goes on', async (status) => {
		const bare = web((_, response) => void response.writeHead(status).end());
		const { port } = await balancerOf(await portOf(bare));
		const ask = 'GET / HTTP/1.1\r\nHost: x\r\n';
		const answer = await raw(port, `${ask}\r\n${ask}Connection: close\r\n\r\n`);
		expect(answer.match(new RegExp(`HTTP/1.1 ${status}`, 'g'))).toHaveLength(2);
	});

	it('to HEAD keep their length', async () => {
		const sized = web((_, response) => void response.writeHead(200, { 'content-length': '7' }).end());
		const { port } = await balancerOf(await portOf(sized));
		const answer = await raw(port, 'HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
		expect(answer).toMatch(/content-length: 7/i);
	});
});

describe('an answer', () => {
	/** An instance that sends these bytes for all but health checks. */
	const says = (bytes: string) =>
		createTcpServer((socket: Socket) => {
			socket.on('error', () => {});
			socket.on('data', (asked) => {
				const isCheck = String(asked).startsWith('GET /health');
				socket.write(isCheck ? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' : bytes);
			});
		});
	const ask = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

	it('has the instance’s headers as they came, and none of the instance’s connection', async () => {
		const ofConnection =
			'Connection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\n';
		const own = 'ETag: "A"\r\nVary: a\r\nvary: b\r\nSet-Cookie: one\r\nSet-Cookie: two\r\n';
		const { port } = await balancerOf(
			await portOf(says(`HTTP/1.1 299 Very Good\r\n${ofConnection}${own}Content-Length: 2\r\n\r\nhi`)),
		);
		const answer = await raw(port, ask);
		expect(answer.startsWith('HTTP/1.1 299 Very Good\r\n')).toBe(true);
		expect(answer).toContain(own);
		expect(answer).not.toMatch(/x-hop|timeout=9|proxy-authenticate/i);
		expect(answer).toMatch(/\r\nConnection: close\r\n\r\nhi$/);
	});

	it('in chunks goes whole to a client that does not know them', async () => {
		const { port } = await balancerOf(
			await portOf(says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n')),
		);
		const answer = await raw(port, 'GET / HTTP/1.0\r\nHost: x\r\n\r\n');
		expect(answer).not.toMatch(/transfer-encoding/i);
		expect(answer).toMatch(/\r\n\r\nhi$/);
	});

	it('that must not be passed on is answered with 502, and the next request is served', async () => {
		const { port } = await balancerOf(
			await portOf(says('HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nhi')),
		);
		for (let count = 0; count < 2; count += 1) expect(await raw(port, ask)).toMatch(/^HTTP\/1.1 502 /);
	});
});

/** Keeps its connections, and closes each as soon as it is used again. */
function answersOncePerConnection(): Server {
	return createTcpServer((socket: Socket) => {
		let asked = 0;
		socket.on('error', () => {});
		socket.on('data', () => {
			asked += 1;
			if (asked > 1) socket.destroy();
			else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
		});
	});
}
