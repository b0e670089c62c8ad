import { setTimeout as sleep } from 'node:timers/promises';
import { ProcdeckError } from '../../model/errors.ts';
import { ChannelRefused, type Connection } from './connection.ts';
import { type Session, startSession } from './session.ts';

/** sshd allows 10 sessions a connection (MaxSessions). */
const MOST_SESSIONS = 8;
const MOST_CONNECTIONS = 4;
const QUEUE_WITHIN_MS = 15_000;
/** For so long the server may still count a session that we saw end. */
const LINGER_MS = 1_000;
const RETRY_AFTER_MS = 100;
/** What is not the first connection goes again when nothing uses it. */
const IDLE_MS = 30_000;

/** A connection with its sessions. */
interface Line {
	readonly connection: Connection;
	sessions: number;
	/** Learned when the server refuses one. */
	most: number;
	lastEnd: number;
	idleTimer?: NodeJS.Timeout;
}

interface Waiting {
	readonly resolve: (line: Line) => void;
	readonly reject: (error: Error) => void;
}

/** The sessions of one link. Where the server allows few a connection there are more connections, up to four. */
export class Channels {
	readonly #name: string;
	readonly #lines: Line[] = [];
	readonly #connectAgain: () => Promise<Connection>;
	readonly #losses: ((reason: ProcdeckError) => void)[] = [];
	#waiting: Waiting[] = [];
	#isConnecting = false;

	/** @param connectAgain makes one more connection to the same server, asking nothing that was answered before */
	constructor(first: Connection, connectAgain: () => Promise<Connection>) {
		this.#name = first.name;
		this.#connectAgain = connectAgain;
		this.#add(first);
	}

	/** Whether one more session would leave a place free. */
	get hasRoom(): boolean {
		return this.#lines.some(({ sessions, most }) => sessions + 1 < most);
	}

	/** @throws ProcdeckError `limit` when the server allows no more, `unreachable` */
	async start(): Promise<Session> {
		for (;;) {
			const line = this.#place() ?? (await this.#queue());
			try {
				const session = await startSession(line.connection);
				session.ended.then(() => this.#leave(line));
				return session;
			} catch (error) {
				if (!(error instanceof ChannelRefused)) {
					this.#leave(line);
					throw error;
				}
				await this.#learn(line);
			}
		}
	}

	/** Calls back when any of its connections is lost. */
	onLost(callback: (reason: ProcdeckError) => void): void {
		this.#losses.push(callback);
		for (const { connection } of this.#lines) connection.onLost(callback);
	}

	async end(): Promise<void> {
		await Promise.all(this.#lines.map(({ connection }) => connection.end()));
	}

	#add(connection: Connection): void {
		this.#lines.push({ connection, sessions: 0, most: MOST_SESSIONS, lastEnd: 0 });
		connection.onEnd((reason) => {
			for (const { reject } of this.#waiting.splice(0)) reject(reason);
		});
		for (const callback of this.#losses) connection.onLost(callback);
	}

	#place(): Line | null {
		const line = this.#lines.find(({ sessions, most }) => sessions < most);
		if (line === undefined) return null;
		line.sessions++;
		clearTimeout(line.idleTimer);
		return line;
	}

	#leave(line: Line): void {
		line.sessions--;
		line.lastEnd = Date.now();
		this.#admit();
		if (line.sessions > 0 || line === this.#lines[0]) return;
		line.idleTimer = setTimeout(() => {
			this.#lines.splice(this.#lines.indexOf(line), 1);
			void line.connection.end();
		}, IDLE_MS);
		line.idleTimer.unref();
	}

	#admit(): void {
		while (this.#waiting.length > 0) {
			const line = this.#place();
			if (line === null) return;
			this.#waiting.shift()?.resolve(line);
		}
	}

	/** The server refused a session: it allows no more than are there, or still counts one that ended just now. */
	async #learn(line: Line): Promise<void> {
		line.sessions--;
		if (Date.now() - line.lastEnd < LINGER_MS) {
			await sleep(RETRY_AFTER_MS);
			return;
		}
		line.most = Math.min(line.most, line.sessions);
		if (this.#lines.every(({ most }) => most === 0)) {
			const text = `${this.#name}: the server opens no session on the connection`;
			throw new ProcdeckError('unreachable', text, 'Its sshd_config needs a MaxSessions of at least 1.');
		}
	}

	#queue(): Promise<Line> {
		const turn = new Promise<Line>((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#waiting = this.#waiting.filter((other) => other !== waiting);
				reject(this.#full());
			}, QUEUE_WITHIN_MS);
			const waiting: Waiting = {
				resolve: (line) => {
					clearTimeout(timer);
					resolve(line);
				},
				reject: (error) => {
					clearTimeout(timer);
					reject(error);
				},
			};
			this.#waiting.push(waiting);
		});
		void this.#grow();
		return turn;
	}

	async #grow(): Promise<void> {
		if (this.#isConnecting) return;
		this.#isConnecting = true;
		try {
			while (this.#waiting.length > 0 && this.#lines.length < MOST_CONNECTIONS) {
				this.#add(await this.#connectAgain());
				this.#admit();
			}
		} catch {
			// Those who wait may still get a place that becomes free.
		} finally {
			this.#isConnecting = false;
		}
	}

	#full(): ProcdeckError {
		const places = this.#lines.reduce((sum, { most }) => sum + most, 0);
		return new ProcdeckError(
			'limit',
			`${this.#name}: the server allows no more than ${places} sessions, and all are in use`,
			'Raise MaxSessions in its sshd_config.',
		);
	}
}
