import { readFileSync, unwatchFile, watchFile } from 'node:fs';
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
/** How often it is looked whether the certificate was renewed. */
const CERTIFICATE_LOOK_MS = 2_000;
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Where clients come in. */
export type Place = Pick<BalancerSettings, 'port' | 'certificate'>;

export function samePlace(a: Place, b: Place): boolean {
	return a.port === b.port && a.certificate === b.certificate;
}

type WebServer = Server<typeof IncomingMessage, typeof ClientResponse>;
type SecureServer = ReturnType<typeof createTlsServer<typeof IncomingMessage, typeof ClientResponse>>;

/** Takes requests in on a port. */
export class Listener {
	readonly #server: WebServer;
	readonly #stopFollowing: () => void;

	private constructor(server: WebServer, stopFollowing: () => void) {
		this.#server = server;
		this.#stopFollowing = stopFollowing;
	}

	/** @throws ProcdeckError `refused`, saying what is in the way: a certificate, or who has the port */
	static async open({ port, certificate }: Place, forwarder: Forwarder): Promise<Listener> {
		const secure = certificate === null ? null : createWithCertificate(certificate);
		const server = secure ?? createServer(OPTIONS);
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
		return new Listener(server, secure === null ? () => {} : followCertificate(secure, certificate!));
	}

	/** Takes nothing in any more; resolves when all is over that was under way. */
	close(): Promise<void> {
		this.#stopFollowing();
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

function readCertificate(file: string): { readonly cert: Buffer; readonly key: Buffer } {
	const pem = readFileSync(file);
	return { cert: pem, key: pem };
}

/** A certificate is renewed every few months: what comes in from then on gets the new one. */
function followCertificate(server: SecureServer, file: string): () => void {
	const renew = () => {
		try {
			server.setSecureContext(readCertificate(file));
		} catch {
			// It may be half written: then it changes once more.
		}
	};
	watchFile(file, { interval: CERTIFICATE_LOOK_MS, persistent: false }, renew);
	return () => unwatchFile(file, renew);
}

function createWithCertificate(file: string): SecureServer {
	try {
		return createTlsServer({ ...OPTIONS, ...readCertificate(file) });
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
