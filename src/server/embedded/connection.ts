import { connect as connectSocket, type Socket } from 'node:net';
import type { ProgressListener } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { ServerEvent } from '../../model/observed.ts';
import { encode, fromWire, lineSplitter, type Message, type Method, type Methods } from './protocol.ts';

interface Pending {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: Error) => void;
	readonly onProgress: ProgressListener | undefined;
}

/** One connection to a supervisor. */
export class Connection {
	readonly closed: Promise<void>;
	readonly #socket: Socket;
	readonly #pending = new Map<number, Pending>();
	readonly #observers = new Map<number, (event: ServerEvent) => void>();
	#lastId = 0;

	constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding('utf8');
		socket.on(
			'data',
			lineSplitter((line) => this.#receive(JSON.parse(line) as Message)),
		);
		socket.on('error', () => socket.destroy());
		this.closed = new Promise((resolve) => {
			socket.on('close', () => {
				this.#fail();
				resolve();
			});
		});
	}

	/** @throws ProcdeckError the supervisor's own, or `unreachable` when the connection ends before the answer */
	request<M extends Method>(
		method: M,
		params: Methods[M]['params'],
		onProgress?: ProgressListener,
	): Promise<Methods[M]['result']> {
		const id = ++this.#lastId;
		return new Promise<unknown>((resolve, reject) => {
			this.#pending.set(id, { resolve, reject, onProgress });
			if (this.#socket.destroyed) this.#fail();
			else this.#socket.write(encode({ id, method, params }));
		}) as Promise<Methods[M]['result']>;
	}

	get isOpen(): boolean {
		return !this.#socket.destroyed;
	}

	/** Tells the listener a snapshot, then every change, until the returned function is called or the connection ends. */
	async observe(
		options: Methods['observe']['params'],
		listener: (event: ServerEvent) => void,
	): Promise<() => void> {
		const observed = this.request('observe', options);
		const observer = this.#lastId;
		this.#observers.set(observer, listener);
		await observed;
		return () => {
			if (!this.#observers.delete(observer) || !this.isOpen) return;
			// Whoever stops listening does not wait for the supervisor to know.
			this.request('unobserve', { observer }).catch(() => {});
		};
	}

	close(): void {
		this.#socket.destroy();
	}

	#receive(message: Message): void {
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
			reject(new ProcdeckError('unreachable', 'the supervisor went away before it answered'));
		}
		this.#pending.clear();
	}
}

/** Connects to the supervisor behind a socket; null when there is none. */
export function connect(socketPath: string): Promise<Connection | null> {
	return new Promise((resolve, reject) => {
		const socket = connectSocket(socketPath);
		socket.once('connect', () => {
			socket.removeAllListeners('error');
			resolve(new Connection(socket));
		});
		socket.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
			else reject(new ProcdeckError('unreachable', `cannot reach the supervisor: ${error.message}`));
		});
	});
}
