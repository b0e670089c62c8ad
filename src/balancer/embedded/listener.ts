import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { describeListener } from '../../linux/ports.ts';
import type { BalancerSettings } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { ClientResponse } from './attempt.ts';
import type { Forwarder } from './forwarder.ts';

/** Longer than clients keep connections that they do not use, so that it is they who close them. */
const KEEP_ALIVE_MS = 75_000;
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Where clients come in. */
export type Place = Pick<BalancerSettings, 'port' | 'certificate'>;

export function samePlace(a: Place, b: Place): boolean {
	return a.port === b.port && a.certificate === b.certificate;
}

type WebServer = Server<typeof IncomingMessage, typeof ClientResponse>;

/** Takes requests in on a port. */
export class Listener {
	readonly #server: WebServer;

	private constructor(server: WebServer) {
		this.#server = server;
	}

	/** @throws ProcdeckError `refused`, saying what is in the way: a certificate, or who has the port */
	static async open({ port, certificate }: Place, forwarder: Forwarder): Promise<Listener> {
		const server = certificate === null ? createServer(OPTIONS) : createWithCertificate(certificate);
		server.on('request', (request, response) => void forwarder.request(request, response));
		server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
			void forwarder.upgrade(request, socket, head);
		});
		await new Promise<void>((resolve, reject) => {
			server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(port, error)));
			server.listen(port, resolve);
		});
		// From here on a connection that cannot be taken is no reason to end.
		server.on('error', () => {});
		return new Listener(server);
	}

	/** Takes nothing in any more; resolves when all is over that was under way. */
	close(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
		this.#server.closeIdleConnections();
		return closed;
	}

	/** Ends what is under way. */
	cut(): void {
		this.#server.closeAllConnections();
	}
}

const OPTIONS = {
	ServerResponse: ClientResponse,
	keepAliveTimeout: KEEP_ALIVE_MS,
	// An upload may take as long as it takes; that headers come in time is checked apart.
	requestTimeout: 0,
	noDelay: true,
	// Other upgrades, such as to HTTP/2, are only offers: the request is answered as it is.
	shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
};

function createWithCertificate(file: string): WebServer {
	try {
		const pem = readFileSync(file);
		return createTlsServer({ ...OPTIONS, cert: pem, key: pem });
	} catch (error) {
		const hint = 'it is a PEM file with the certificate, its chain and its key';
		throw new ProcdeckError(
			'refused',
			`cannot use the certificate ${file}: ${(error as Error).message}`,
			hint,
		);
	}
}

function cannotListen(port: number, { code, message }: NodeJS.ErrnoException): ProcdeckError {
	if (code === 'EADDRINUSE') {
		const who = describeListener(port) ?? 'another program';
		return new ProcdeckError('refused', `port ${port} is taken by ${who}`, 'end it, or choose another port');
	}
	if (code === 'EACCES' && port < FIRST_UNPRIVILEGED_PORT) {
		const hint = `choose a port from ${FIRST_UNPRIVILEGED_PORT} on`;
		return new ProcdeckError('refused', `this user may not listen on port ${port}`, hint);
	}
	return new ProcdeckError('refused', `cannot listen on port ${port}: ${message}`);
}
