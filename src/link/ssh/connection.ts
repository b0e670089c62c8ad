import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { ProcdeckError } from '../../model/errors.ts';
import { JoinedStream } from '../joined-stream.ts';
import { within } from './deadline.ts';

const OPEN_WITHIN_MS = 15_000;
const END_WITHIN_MS = 1_000;

/** The server does not open one more channel. */
export class ChannelRefused extends Error {}

/** One live SSH connection. */
export class Connection {
	readonly name: string;
	readonly #client: Client;
	readonly #socket: Duplex;
	readonly #losses = new Set<(reason: ProcdeckError) => void>();
	readonly #ends = new Set<(reason: ProcdeckError) => void>();
	#reason: ProcdeckError | null = null;
	#isEnded = false;
	#heardAt = Date.now();

	/** @param client logged in */
	constructor(name: string, client: Client, socket: Duplex) {
		this.name = name;
		this.#client = client;
		this.#socket = socket;
		this.onData(() => {
			this.#heardAt = Date.now();
		});
		client.on('error', (error) => this.lose(error.message));
		client.on('end', () => this.lose('the server closed it'));
		client.on('close', () => this.lose('the server closed it'));
		if (socket.destroyed) this.lose('the server closed it');
	}

	/** Why it can no longer be used; null while it can. */
	get reason(): ProcdeckError | null {
		return this.#reason;
	}

	/** When anything last came from the server, in milliseconds since the epoch. */
	get heardAt(): number {
		return this.#heardAt;
	}

	/** Calls back when it is lost, at once if it is, but not when it was ended from here. */
	onLost(callback: (reason: ProcdeckError) => void): void {
		if (this.#reason === null) this.#losses.add(callback);
		else if (!this.#isEnded) callback(this.#reason);
	}

	/**
	 * Calls back when it is lost or ended, before its channels end, and at once if it is.
	 * @returns what has to be called when nobody wants to know any more
	 */
	onEnd(callback: (reason: ProcdeckError) => void): () => void {
		if (this.#reason === null) this.#ends.add(callback);
		else callback(this.#reason);
		return () => this.#ends.delete(callback);
	}

	/** Calls back whenever anything comes from the server. */
	onData(callback: () => void): void {
		this.#socket.on('data', callback);
	}

	lose(why: string): void {
		if (this.#reason !== null) return;
		this.#reason = new ProcdeckError('unreachable', `${this.name}: the connection is lost: ${why}`);
		this.#socket.destroy();
		this.#tell(this.#reason, this.#ends, this.#losses);
	}

	/**
	 * Starts a command in a session of its own.
	 * @throws ChannelRefused
	 * @throws ProcdeckError `unreachable`
	 */
	exec(command: string): Promise<ClientChannel> {
		return this.#open((client, opened) => client.exec(command, opened));
	}

	/**
	 * A TCP connection from there.
	 * @throws ChannelRefused when nothing listens, or the server does not allow it
	 * @throws ProcdeckError `unreachable`
	 */
	async forward(host: string, port: number): Promise<Duplex> {
		const raw = await this.#open((client, opened) => client.forwardOut('127.0.0.1', 0, host, port, opened));
		return this.streamOf(raw);
	}

	/** A channel as a stream that is destroyed with the reason when the connection is lost. */
	streamOf(raw: ClientChannel): Duplex {
		const close = () => {
			stopListening();
			raw.close();
			raw.resume();
		};
		const stream = new JoinedStream({ readable: raw, writable: raw, close, broken: () => this.#reason });
		const stopListening = this.onEnd((reason) => stream.destroy(reason));
		return stream;
	}

	/** Resolves when it is gone. */
	async end(): Promise<void> {
		if (this.#reason === null) {
			this.#isEnded = true;
			this.#reason = new ProcdeckError('unreachable', `${this.name}: the connection was closed`);
			this.#client.end();
			this.#tell(this.#reason, this.#ends);
		}
		if (this.#socket.destroyed) return;
		const closed = new Promise((resolve) => this.#socket.once('close', resolve));
		await within(END_WITHIN_MS, closed, () => new Error('late')).catch(() => this.#socket.destroy());
	}

	#tell(reason: ProcdeckError, ...sets: readonly Set<(reason: ProcdeckError) => void>[]): void {
		for (const callback of sets.flatMap((set) => [...set])) callback(reason);
		this.#ends.clear();
		this.#losses.clear();
	}

	#open(
		start: (client: Client, opened: (error: Error | undefined, channel: ClientChannel) => void) => void,
	): Promise<ClientChannel> {
		const opening = new Promise<ClientChannel>((resolve, reject) => {
			const opened = (error: Error | undefined, channel: ClientChannel) => {
				if (error === undefined) resolve(channel);
				else
					reject(
						this.#reason ?? new ChannelRefused(error.message.replace(/^\(SSH\) Channel open failure: /, '')),
					);
			};
			if (this.#reason !== null) reject(this.#reason);
			else start(this.#client, opened);
		});
		const late = () => {
			// Should it come after all, nobody waits for it any more.
			opening.then(
				(channel) => channel.close(),
				() => {},
			);
			return new ProcdeckError(
				'unreachable',
				`${this.name}: the server did not open a channel within ${OPEN_WITHIN_MS / 1000} s`,
			);
		};
		return within(OPEN_WITHIN_MS, opening, late);
	}
}
