import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const LONGEST_CONNECT_MS = 5_000;
/**
 * Web servers close idle connections, some after a second: ours are closed before, so that none dies under a request.
 * They are looked at this often, and go when they were not used since the last look.
 */
const IDLE_LOOK_MS = 400;

type Dialled = (error: Error | null, socket: Socket) => void;

export interface Address {
	readonly address: string;
	readonly port: number;
}

/** Connects to an instance. Errors have `syscall: 'connect'`: nothing was sent. */
export function dial({ address, port }: Address, dialled: Dialled): void {
	const socket = connect({ host: address, port, noDelay: true, keepAlive: true });
	const patience = setTimeout(() => socket.destroy(tooLate()), LONGEST_CONNECT_MS);
	const failed = (error: Error) => {
		clearTimeout(patience);
		dialled(Object.assign(error, { syscall: 'connect' }), socket);
	};
	socket.once('error', failed);
	socket.once('connect', () => {
		clearTimeout(patience);
		socket.off('error', failed);
		dialled(null, socket);
	});
}

function tooLate(): Error {
	return Object.assign(new Error(`no connection within ${LONGEST_CONNECT_MS / 1000} s`), {
		code: 'ETIMEDOUT',
	});
}

/**
 * Connections to one instance, used again. A request gets its connection once that is made: nothing of its body is read
 * before, so that it can go elsewhere.
 */
export class InstanceAgent extends Agent {
	readonly #instance: Address;
	readonly #used = new WeakSet<object>();
	readonly #watch: NodeJS.Timeout;

	constructor(instance: Address) {
		super({ keepAlive: true });
		this.#instance = instance;
		// A timer for each connection would cost every request something.
		this.#watch = setInterval(() => this.#endIdle(), IDLE_LOOK_MS).unref();
	}

	override createConnection(_: unknown, created?: Dialled): undefined {
		dial(this.#instance, created ?? (() => {}));
	}

	override keepSocketAlive(socket: Duplex): boolean {
		this.#used.add(socket);
		return true;
	}

	/** Also ends what it does by the clock. */
	close(): void {
		clearInterval(this.#watch);
		this.destroy();
	}

	#endIdle(): void {
		for (const socket of Object.values(this.freeSockets).flatMap((sockets) => sockets ?? [])) {
			if (!this.#used.delete(socket)) socket.destroy();
		}
	}
}

/** Hands one connection to one request. */
export class OneConnection extends Agent {
	readonly #socket: Socket;

	constructor(socket: Socket) {
		super();
		this.#socket = socket;
	}

	override createConnection(): Duplex {
		return this.#socket;
	}
}
