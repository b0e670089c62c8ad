import { chmodSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Socket, type Server as SocketServer } from 'node:net';
import { ownedDirectory } from '../files/private-files.ts';
import { inodeOf } from '../linux/files.ts';
import {
	encode,
	lineSplitter,
	type Message,
	type Method,
	type Params,
	type Protocol,
	type Request,
	type Result,
	toWire,
} from './messages.ts';
import { OWN_SUFFIX, type SocketPath } from './socket-path.ts';

/** A client that reads nothing gets no more than this; then it is let go, and comes back for what is so by then. */
const LONGEST_BACKLOG = 16 * 1024 * 1024;

const LONGEST_GOODBYE_MS = 1_000;

/** One request, for whoever answers it. */
export interface Asked<P extends Protocol> {
	progress(...progress: P['progress']): void;
	/** Sends an event to who observes by this request. */
	tell(event: P['event']): void;
	/** What is to be done when it observes no longer. */
	onUnobserved(release: () => void): void;
}

/** `unobserve` is answered by the service itself. */
export type Handlers<P extends Protocol> = {
	[M in Exclude<Method<P>, 'unobserve'>]: (params: Params<P, M>, asked: Asked<P>) => Promise<Result<P, M>>;
};

interface ServiceOptions<P extends Protocol> {
	readonly socket: SocketPath;
	readonly handlers: Handlers<P>;
	/** Told what was answered to whom asked, once that is sent. */
	readonly onAnswered?: (method: Method<P>, result: unknown) => void;
	/** Told whenever clients come or go. */
	readonly onClients?: () => void;
}

interface Client<P extends Protocol> {
	readonly socket: Socket;
	send(message: Message<P>): void;
	/** How to end each of its observations, by the id of the request. */
	readonly observations: Map<number, () => void>;
}

/** Answers requests on a Unix socket that only this user can reach. */
export class SocketService<P extends Protocol> {
	readonly #options: ServiceOptions<P>;
	readonly #clients = new Set<Socket>();
	readonly #unanswered = new Set<Promise<void>>();
	readonly #server: SocketServer;
	#inode: number | null | undefined;

	constructor(options: ServiceOptions<P>) {
		this.#options = options;
		this.#server = createServer((socket) => this.#accept(socket));
	}

	get clients(): number {
		return this.#clients.size;
	}

	/** Only the holder of the lock may call this: a socket that is there belongs to a service that is gone. */
	async listen(): Promise<void> {
		const { directory, path } = this.#options.socket;
		ownedDirectory(directory);
		// Bound under a name of its own and moved into place: the platform removes the name that it bound when it closes,
		// and by then the place may belong to the next service.
		const own = `${path}${OWN_SUFFIX}`;
		rmSync(own, { force: true });
		await new Promise<void>((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen(own, resolve);
		});
		chmodSync(own, 0o600);
		this.#inode = inodeOf(own);
		renameSync(own, path);
	}

	/** What was asked by now is answered first, if it can be answered soon. */
	async close(): Promise<void> {
		this.#server.close();
		await Promise.race([Promise.all(this.#unanswered), patience()]);
		this.drop();
		const { path } = this.#options.socket;
		if (inodeOf(path) === this.#inode) rmSync(path, { force: true });
	}

	/** Lets everybody go at once and touches nothing: another service may be in this place already. */
	drop(): void {
		this.#server.close();
		for (const socket of this.#clients) socket.end();
	}

	#accept(socket: Socket): void {
		this.#clients.add(socket);
		this.#options.onClients?.();
		const client: Client<P> = {
			socket,
			observations: new Map(),
			send(message) {
				if (socket.writableLength > LONGEST_BACKLOG) socket.destroy();
				else socket.write(encode(message));
			},
		};
		socket.setEncoding('utf8');
		socket.on(
			'data',
			lineSplitter((line) => this.#take(line, client)),
		);
		socket.on('error', () => socket.destroy());
		socket.on('close', () => {
			this.#clients.delete(socket);
			for (const release of client.observations.values()) release();
			this.#options.onClients?.();
		});
	}

	#take(line: string, client: Client<P>): void {
		const answered = this.#handle(line, client);
		this.#unanswered.add(answered);
		void answered.finally(() => this.#unanswered.delete(answered));
	}

	async #handle(line: string, client: Client<P>): Promise<void> {
		const request = parseRequest(line);
		if (request === null) {
			// It does not speak our protocol.
			client.socket.destroy();
			return;
		}
		try {
			const result = await this.#answer(request, client);
			client.send({ id: request.id, result });
			this.#options.onAnswered?.(request.method as Method<P>, result);
		} catch (error) {
			client.send({ id: request.id, error: toWire(error) });
		}
	}

	async #answer({ id, method, params }: Request, client: Client<P>): Promise<unknown> {
		if (method === 'unobserve') return unobserve(client, (params as { observer: number }).observer);
		const handlers = this.#options.handlers as Record<string, AnyHandler<P> | undefined>;
		const handler = handlers[method];
		if (handler === undefined) throw new Error(`${method} is not known here`);
		return handler(params, {
			progress: (...progress) => client.send({ id, progress }),
			tell: (event) => client.send({ observer: id, event }),
			onUnobserved: (release) => client.observations.set(id, release),
		});
	}
}

type AnyHandler<P extends Protocol> = (params: unknown, asked: Asked<P>) => Promise<unknown>;

function unobserve<P extends Protocol>({ observations }: Client<P>, observer: number): null {
	observations.get(observer)?.();
	observations.delete(observer);
	return null;
}

function parseRequest(line: string): Request | null {
	try {
		const value: unknown = JSON.parse(line);
		const isRequest = typeof value === 'object' && value !== null && 'id' in value && 'method' in value;
		return isRequest ? (value as Request) : null;
	} catch {
		return null;
	}
}

/** What was asked may take long; its asker then reads back what became of it. */
function patience(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, LONGEST_GOODBYE_MS).unref());
}
