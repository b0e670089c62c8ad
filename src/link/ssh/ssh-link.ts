import type { Duplex } from 'node:stream';
import { ProcdeckError } from '../../model/errors.ts';
import { freshId } from '../../model/fresh-id.ts';
import type { Channel, Command, CommandResult, Link, RunOptions } from '../link.ts';
import { tailOf } from '../tail.ts';
import { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import { keepAlive } from './keepalive.ts';
import { Pulse } from './pulse.ts';
import { putCommand } from './put-command.ts';
import { shellCommand } from './script.ts';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';
import { Shell } from './shell.ts';
import { Shells } from './shells.ts';

const PUT_WITHIN_MS = 30_000;

/** A link over an SSH connection, or over a few where the server allows few sessions on one. */
export class SshLink implements Link {
	readonly lost: Promise<ProcdeckError>;
	readonly #first: Connection;
	readonly #channels: Channels;
	readonly #pulse: Pulse;
	readonly #shells: Shells;
	#lose: (reason: ProcdeckError) => void = () => {};
	/** Why it can no longer be used. */
	#reason: ProcdeckError | null = null;

	/**
	 * @param connectAgain makes one more connection to the same server
	 * @throws ProcdeckError `unreachable` when the server runs no commands for us
	 */
	static async over(
		first: Connection,
		settings: Settings,
		connectAgain: () => Promise<Connection>,
	): Promise<SshLink> {
		const channels = new Channels(first, connectAgain);
		try {
			const pulse = new Pulse(await channels.start(), first, settings.keepaliveInterval);
			keepAlive(first, settings);
			return new SshLink(first, channels, pulse);
		} catch (error) {
			await channels.end();
			throw error;
		}
	}

	private constructor(first: Connection, channels: Channels, pulse: Pulse) {
		this.#first = first;
		this.#channels = channels;
		this.#pulse = pulse;
		this.lost = new Promise((resolve) => {
			this.#lose = resolve;
		});
		const openShell = async () => {
			const session = await this.#session();
			return new Shell(session, () => pulse.end(session));
		};
		this.#shells = new Shells(openShell, () => channels.hasRoom);
		channels.onLost((reason) => this.#isLost(reason));
	}

	get heardAt(): number {
		return this.#first.heardAt;
	}

	async run(command: Command, options: RunOptions): Promise<CommandResult> {
		this.#check();
		const result = await this.#shells.run(command, options);
		if (result.exitCode === null) this.#check();
		return result;
	}

	async open(command: Command): Promise<Channel> {
		const words = shellCommand(command);
		const session = await this.#session();
		session.begin(`exec ${words}`);
		const stderr = tailOf(session.stderr);
		let closed = () => {};
		const closing = new Promise<{ code: null; signal: null }>((resolve) => {
			closed = () => resolve({ code: null, signal: null });
		});
		return {
			stream: session.stream,
			ended: Promise.race([session.ended, closing]).then((end) => ({ ...end, stderr: stderr() })),
			close: () => {
				closed();
				this.#pulse.end(session);
				session.stream.destroy();
			},
		};
	}

	async put(path: string, content: string, mode: number): Promise<void> {
		const command = putCommand(path, mode, `${path}.${freshId()}`);
		const { exitCode, stderr } = await this.run(command, { input: content, timeoutMs: PUT_WITHIN_MS });
		if (exitCode === 0) return;
		const reason = stderr.trim().split('\n').at(-1) || 'it did not end';
		throw new ProcdeckError('refused', `${this.#first.name}: cannot write ${path}: ${reason}`);
	}

	async connect(host: string, port: number): Promise<Duplex> {
		this.#check();
		return this.#first.forward(host, port);
	}

	async close(): Promise<void> {
		this.#reason ??= new ProcdeckError('unreachable', `${this.#first.name}: the connection was closed`);
		this.#pulse.close();
		await this.#channels.end();
	}

	async #session(): Promise<Session> {
		this.#check();
		const session = await this.#channels.start();
		this.#pulse.hold(session);
		session.ended.then(() => this.#pulse.end(session));
		return session;
	}

	#isLost(reason: ProcdeckError): void {
		if (this.#reason !== null) return;
		this.#reason = reason;
		this.#lose(reason);
		void this.#channels.end();
	}

	#check(): void {
		if (this.#reason !== null) throw this.#reason;
	}
}
