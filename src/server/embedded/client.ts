import type { Change, ChangeOptions, ChangeRow, HistoryEntry } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Found } from '../../model/finding.ts';
import type { ServerEvent, ServerObservation, ServerStats } from '../../model/observed.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import type { LogChunk, LogQuery, ObserveOptions, Server } from '../server.ts';
import type { StackSource } from '../stack-source.ts';
import { forSupervisor } from '../supervisor-change.ts';
import { appendHistory } from './history.ts';
import { connectCompatible, connectOrLaunch, connectWithin } from './launch-daemon.ts';
import { readLogs } from './logs/reader.ts';
import { type StatePaths, statePaths } from './paths.ts';
import { peek } from './peek.ts';
import type { SupervisorConnection } from './protocol.ts';
import type { StackFiles } from './stack-watch.ts';

export type { StackFiles } from './stack-watch.ts';

interface EmbeddedServerOptions {
	readonly source: StackSource;
	readonly definition: ServerDefinition;
	/** `-C`, `-f` and `-e` as given, for the supervisor to find the same files. */
	readonly location: StackFiles;
	/** `attach` starts a supervisor at need; `peek` only where instances run without one. */
	readonly mode: 'attach' | 'peek';
}

/** So long a supervisor that went away may take to come back by itself (`up` taking over) before another is started. */
const COMES_BACK_MS = 400;
const PEEK_AGAIN_MS = 500;

/** This machine's instances of a stack, under the embedded supervisor. */
export function embeddedServer(options: EmbeddedServerOptions): Server {
	return new EmbeddedServer(options);
}

class EmbeddedServer implements Server {
	readonly definition: ServerDefinition;
	/** The supervisor reads the files itself. */
	readonly setup = null;
	readonly releases = null;
	readonly machine = null;
	readonly #options: EmbeddedServerOptions;
	readonly #paths: StatePaths;
	readonly #closing = new AbortController();
	#connection: Promise<SupervisorConnection> | null = null;
	#returning: Promise<SupervisorConnection> | null = null;

	constructor(options: EmbeddedServerOptions) {
		const { source, definition, location } = options;
		this.#options = { ...options, location: { ...location, directory: source.stack.directory } };
		this.definition = definition;
		this.#paths = statePaths(source.stack, definition.name);
	}

	async observe(listener: (event: ServerEvent) => void, options: ObserveOptions): Promise<() => void> {
		const over = new AbortController();
		const stop = AbortSignal.any([over.signal, this.#closing.signal]);
		const guarded = (event: ServerEvent) => {
			if (!stop.aborted) listener(event);
		};
		const first = await this.#observeOnce(guarded, options, stop);
		void this.#keepObserving(first, guarded, options, stop);
		return () => over.abort();
	}

	async apply(change: Change, options: ChangeOptions): Promise<ChangeRow[]> {
		const asked = forSupervisor(change);
		const { onProgress, ...sent } = options;
		const connection = await this.#connect();
		try {
			return await connection.request('apply', { change: asked, options: sent }, onProgress);
		} catch (error) {
			if (!(error instanceof ProcdeckError) || error.code !== 'unreachable') throw error;
			return [this.#brokenOff(error)];
		} finally {
			if (change.verb === 'down') await this.#leave(connection);
		}
	}

	logs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogChunk[]> {
		return readLogs(this.#paths.logs, query, AbortSignal.any([signal, this.#closing.signal]));
	}

	async stats(): Promise<ServerStats> {
		const connection = await this.#connectIfRunning();
		return connection === null ? {} : connection.request('stats', null);
	}

	async examine(): Promise<readonly Found[]> {
		const { examine } = await import('./examine.ts');
		return examine(async () => ({
			stack: this.#options.source.stack,
			observation: await this.#snapshot(),
			stats: await this.stats(),
		}));
	}

	async note(entry: HistoryEntry): Promise<void> {
		const connection = await this.#connectIfRunning();
		if (connection !== null) await connection.request('note', entry);
		else await appendHistory(this.#paths.history, entry).catch(ignoreMissing);
	}

	async close(): Promise<void> {
		this.#closing.abort();
		const connection = await this.#connection?.catch(() => null);
		connection?.close();
	}

	/** The stack was ended: the supervisor goes too, unless somebody else still looks at it. */
	async #leave(connection: SupervisorConnection): Promise<void> {
		const answer = await connection.request('leave', null).catch(() => ({ ends: true }));
		if (answer.ends) await connection.closed;
	}

	#brokenOff(error: ProcdeckError): ChangeRow {
		const reason = `${error.message}; \`procdeck ps\` shows what became of it`;
		return {
			server: this.definition.name,
			type: null,
			from: null,
			to: null,
			outcome: 'unknown',
			reason,
			code: 'unreachable',
		};
	}

	/** What there is now, whether a supervisor runs or not. */
	async #snapshot(): Promise<ServerObservation> {
		const { promise, resolve, reject } = Promise.withResolvers<ServerObservation>();
		const stop = await this.observe(
			(event) => {
				if (event.kind === 'snapshot') resolve(event.observation);
				else if (event.kind === 'connection') reject(new ProcdeckError('unreachable', event.reason ?? ''));
			},
			{ stats: false },
		);
		return promise.finally(stop);
	}

	/** Sends at least a snapshot; the connection that further events come from, or null while no supervisor runs. */
	async #observeOnce(
		listener: (event: ServerEvent) => void,
		options: ObserveOptions,
		stop: AbortSignal,
	): Promise<SupervisorConnection | null> {
		const connection =
			this.#options.mode === 'attach' ? await this.#connect() : await this.#connectIfRunning();
		if (connection === null) {
			const { observation } = peek(this.#paths, this.#options.source.stack, this.definition);
			listener({ kind: 'snapshot', observation });
			return null;
		}
		const unobserve = await connection.observe({ stats: options.stats !== false }, listener);
		stop.addEventListener('abort', unobserve);
		return connection;
	}

	async #keepObserving(
		first: SupervisorConnection | null,
		listener: (event: ServerEvent) => void,
		options: ObserveOptions,
		stop: AbortSignal,
	): Promise<void> {
		let current = first;
		while (!stop.aborted) {
			if (current === null) await pause(PEEK_AGAIN_MS);
			else await current.closed;
			if (stop.aborted) return;
			if (current !== null) {
				listener({ kind: 'connection', connection: 'connecting', reason: 'the supervisor went away' });
				this.#reconnect();
			}
			current = await this.#observeOnce(listener, options, stop).catch((error: Error) => {
				listener({ kind: 'connection', connection: 'unreachable', reason: error.message });
				this.#connection = null;
				return null;
			});
		}
	}

	#connect(): Promise<SupervisorConnection> {
		this.#connection ??= this.#launch();
		return this.#connection.then(async (connection) => {
			if (!connection.isOpen) {
				this.#connection = this.#launch();
				return this.#connection;
			}
			return connection;
		});
	}

	/** Everybody who lost the supervisor waits for the same one. */
	#reconnect(): void {
		if (this.#options.mode === 'attach') {
			this.#returning ??= connectWithin(this.#paths, COMES_BACK_MS)
				.then((found) => found ?? this.#launch())
				.finally(() => {
					this.#returning = null;
				});
		}
		this.#connection = this.#returning;
	}

	#launch(): Promise<SupervisorConnection> {
		return connectOrLaunch(this.#paths, this.#options.location, this.definition.name);
	}

	/** A supervisor that is there, or is needed because instances run without one. */
	async #connectIfRunning(): Promise<SupervisorConnection | null> {
		if (this.#connection !== null) return this.#connect();
		const connection = await connectCompatible(this.#paths);
		if (connection !== null) {
			this.#connection = Promise.resolve(connection);
			return connection;
		}
		const { orphaned } = peek(this.#paths, this.#options.source.stack, this.definition);
		return orphaned ? this.#connect() : null;
	}
}

/** Where nothing of the stack was ever kept there is no history to add to. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== 'ENOENT') throw error;
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
