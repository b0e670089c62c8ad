import { connect as connectSocket, type Socket } from 'node:net';
import { ProcdeckError } from '../model/errors.ts';
import {
	encode,
	fromWire,
	lineSplitter,
	type Message,
	type Method,
	type Params,
	type Protocol,
	type Result,
} from './messages.ts';

interface Pending<P extends Protocol> {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: Error) => void;
	readonly onProgress: ((...progress: P['progress']) => void) | undefined;
}

/** One connection to a service of this machine. */
export class Connection<P extends Protocol> {
	readonly closed: Promise<void>;
	readonly #service: string;
	readonly #socket: Socket;
	readonly #pending = new Map<number, Pending<P>>();
	readonly #observers = new Map<number, (event: P['event']) => void>();
	#lastId = 0;

	/** @param service what is at the other end, for errors: `the supervisor` */
	constructor(socket: Socket, service: string) {
		this.#service = service;
		this.#socket = socket;
		socket.setEncoding('utf8');
		socket.on(
			'data',
			lineSplitter((line) => this.#receive(JSON.parse(line) as Message<P>)),
		);
		socket.on('error', () => socket.destroy());
		this.closed = new Promise((resolve) => {
			socket.on('close', () => {
				this.#fail();
				resolve();
			});
		});
	}

	/** @throws ProcdeckError the service's own, or `unreachable` when the connection ends before the answer */
	request<M extends Method<P>>(
		method: M,
		params: Params<P, M>,
		onProgress?: (...progress: P['progress']) => void,
	): Promise<Result<P, M>> {
		const id = ++this.#lastId;
		return new Promise<unknown>((resolve, reject) => {
			this.#pending.set(id, { resolve, reject, onProgress });
			if (this.#socket.destroyed) this.#fail();
			else this.#socket.write(encode({ id, method, params }));
		}) as Promise<Result<P, M>>;
	}

	get isOpen(): boolean {
		return !this.#socket.destroyed;
	}

	/** Tells the listener every event, until the returned function is called or the connection ends. */
	async observe(
		params: Params<P, Method<P> & 'observe'>,
		listener: (event: P['event']) => void,
	): Promise<() => void> {
		const observed = this.request('observe' as Method<P>, params as Params<P, Method<P>>);
		const observer = this.#lastId;
		this.#observers.set(observer, listener);
		await observed;
		return () => {
			if (!this.#observers.delete(observer) || !this.isOpen) return;
			// Whoever stops listening does not wait for the service to know.
			this.request('unobserve' as Method<P>, { observer } as Params<P, Method<P>>).catch(() => {});
		};
	}

	close(): void {
		this.#socket.destroy();
	}

	#receive(message: Message<P>): void {
		if ('event' in message) {
			this.#observers.get(message.observer)?.(message.event);
			return;
		}
		const pending = this.#pending.get(message.id);
		if (pending === undefined) return;
		if ('progress' in message) {
			pending.onProgress?.(...message.progress);
			return;
		}
		this.#pending.delete(message.id);
		if ('error' in message) pending.reject(fromWire(message.error));
		else pending.resolve(message.result);
	}

	#fail(): void {
		for (const { reject } of this.#pending.values()) {
			reject(new ProcdeckError('unreachable', `${this.#service} went away before it answered`));
		}
		this.#pending.clear();
	}
}

/**
 * Connects to the service behind a socket; null when there is none.
 * @param service what it is, for errors: `the supervisor`
 */
export function connect<P extends Protocol>(
	socketPath: string,
	service: string,
): Promise<Connection<P> | null> {
	return new Promise((resolve, reject) => {
		const socket = connectSocket(socketPath);
		socket.once('connect', () => {
			socket.removeAllListeners('error');
			resolve(new Connection<P>(socket, service));
		});
		socket.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
			else reject(new ProcdeckError('unreachable', `cannot reach ${service}: ${error.message}`));
		});
	});
}
