import { chmodSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Socket, type Server as SocketServer } from 'node:net';
import { ownedDirectory } from '../../files/private-files.ts';
import { inodeOf } from '../../linux/files.ts';
import type { ProgressListener } from '../../model/change.ts';
import type { ServerEvent } from '../../model/observed.ts';
import { carryOut } from '../carry-out.ts';
import { liveProcess } from '../plan/state.ts';
import { OWN_SUFFIX } from './paths.ts';
import {
	encode,
	lineSplitter,
	type Message,
	type Method,
	type Methods,
	PROTOCOL_VERSION,
	type Request,
	toWire,
} from './protocol.ts';
import type { Supervisor } from './supervisor.ts';

/** A client that reads nothing gets no more than this; then it is let go, and comes back for a new snapshot. */
const LONGEST_BACKLOG = 16 * 1024 * 1024;

const LONGEST_GOODBYE_MS = 1_000;

type Handlers = {
	[M in Method]: (
		params: Methods[M]['params'],
		request: Request,
		client: Client,
	) => Promise<Methods[M]['result']>;
};

interface Client {
	send(message: Message): void;
	/** It does not speak our protocol. */
	refuse(): void;
	/** How to end each of its observations, by the id of the request. */
	readonly observations: Map<number, () => void>;
}

/** Offers a supervisor on its Unix socket. */
export class Service {
	readonly #supervisor: Supervisor;
	readonly #clients = new Set<Socket>();
	readonly #unanswered = new Set<Promise<void>>();
	readonly #server: SocketServer;
	#inode: number | null | undefined;
	readonly #onEnd: (kind: 'hand-over' | 'leave') => void;
	readonly #onClients: (count: number) => void;

	/**
	 * @param onEnd told when a client asked the supervisor to end; the answer was sent by then
	 * @param onClients told the number of connected clients whenever it changes
	 */
	constructor(
		supervisor: Supervisor,
		onEnd: (kind: 'hand-over' | 'leave') => void,
		onClients: (count: number) => void,
	) {
		this.#supervisor = supervisor;
		this.#onEnd = onEnd;
		this.#onClients = onClients;
		this.#server = createServer((socket) => this.#accept(socket));
	}

	get clients(): number {
		return this.#clients.size;
	}

	/** Only the holder of the lock may call this: a socket that is there belongs to a supervisor that is gone. */
	async listen(): Promise<void> {
		const { socketDirectory, socket } = this.#supervisor.paths;
		ownedDirectory(socketDirectory);
		// Bound under a name of its own and moved into place: the platform removes the name that it bound when it closes,
		// and by then the place may belong to the next supervisor.
		const own = `${socket}${OWN_SUFFIX}`;
		rmSync(own, { force: true });
		await new Promise<void>((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen(own, resolve);
		});
		chmodSync(own, 0o600);
		this.#inode = inodeOf(own);
		renameSync(own, socket);
	}

	/** What was asked by now is answered first, if it can be answered soon. */
	async close(): Promise<void> {
		this.#server.close();
		await Promise.race([Promise.all(this.#unanswered), patience()]);
		this.drop();
		const { socket } = this.#supervisor.paths;
		if (inodeOf(socket) === this.#inode) rmSync(socket, { force: true });
	}

	/** Lets everybody go at once and touches nothing: another supervisor may be in this place already. */
	drop(): void {
		this.#server.close();
		for (const socket of this.#clients) socket.end();
	}

	#accept(socket: Socket): void {
		this.#clients.add(socket);
		this.#onClients(this.#clients.size);
		const client: Client = {
			observations: new Map(),
			refuse: () => socket.destroy(),
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
			this.#onClients(this.#clients.size);
		});
	}

	#take(line: string, client: Client): void {
		const answered = this.#handle(line, client);
		this.#unanswered.add(answered);
		void answered.finally(() => this.#unanswered.delete(answered));
	}

	async #handle(line: string, client: Client): Promise<void> {
		const request = parseRequest(line);
		if (request === null) {
			client.refuse();
			return;
		}
		try {
			const handler = this.#handlers[request.method] as Handlers[Method] | undefined;
			if (handler === undefined) throw new Error(`the supervisor does not know ${request.method}`);
			const result = await (handler as (...args: unknown[]) => Promise<unknown>)(
				request.params,
				request,
				client,
			);
			client.send({ id: request.id, result });
			this.#afterAnswer(request.method, result);
		} catch (error) {
			client.send({ id: request.id, error: toWire(error) });
		}
	}

	#afterAnswer(method: Method, result: unknown): void {
		if (method === 'handOver') this.#onEnd('hand-over');
		if (method === 'leave' && (result as Methods['leave']['result']).ends) this.#onEnd('leave');
	}

	readonly #handlers: Handlers = {
		hello: async () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, busy: isBusy(this.#supervisor) }),
		observe: async ({ stats }, { id }, client) => {
			await this.#supervisor.watch.refreshIfTouched();
			const tell = (event: ServerEvent) => client.send({ observer: id, event });
			tell({ kind: 'snapshot', observation: this.#supervisor.observers.snapshot() });
			client.observations.set(id, this.#supervisor.listen(tell, stats));
			return null;
		},
		unobserve: async ({ observer }, _, client) => {
			client.observations.get(observer)?.();
			client.observations.delete(observer);
			return null;
		},
		apply: ({ change, options }, { id }, client) => {
			const onProgress: ProgressListener = (...progress) => client.send({ id, progress });
			return carryOut(this.#supervisor, change, { ...options, onProgress });
		},
		stats: async () => this.#supervisor.stats(),
		note: async (entry) => {
			this.#supervisor.observers.tellHistory(entry);
			await this.#supervisor.keep(entry);
			return null;
		},
		handOver: async () => null,
		leave: async () => ({ ends: !isBusy(this.#supervisor) && this.#clients.size === 1 }),
	};
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

/** A change under way may take long; its asker then reads back what became of it. */
function patience(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, LONGEST_GOODBYE_MS).unref());
}

/** Whether there is anything that this supervisor has to stay for. */
export function isBusy({ state }: Supervisor): boolean {
	return (
		state.formation.power === 'up' ||
		[...state.instances.values()].some((instance) => liveProcess(instance) !== null)
	);
}
