import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, type FSWatcher, openSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { monotonicNow } from '../../linux/proc.ts';
import { shellEnvironment } from '../../model/shell-environment.ts';
import { type Connection, connect } from '../../wire/connection.ts';
import { socketPathFor } from '../../wire/socket-path.ts';
import { launcherPath } from './launch-daemon.ts';
import type { StatePaths } from './paths.ts';
import { HEALTHY_AFTER_MS, restartDelay } from './step/backoff.ts';

/** How often it is looked for a configuration where the system tells nobody of files that change. */
const LOOK_EVERY_MS = 500;

/** What of a load balancer's protocol a supervisor needs, whatever its version. */
interface EndProtocol {
	readonly methods: { end: { params: null; result: null } };
	readonly progress: readonly [];
	readonly event: never;
}

/**
 * Keeps the load balancer of a server running while the stack runs, wherever one is configured in the server's folder.
 * It is a process of its own that outlives the supervisor: the next one finds it by its socket.
 */
export class BalancerKeeper {
	readonly #directory: string;
	readonly #parent: string;
	#isWanted = false;
	#isClosed = false;
	#keeping: Promise<void> | null = null;
	#connection: Connection<EndProtocol> | null = null;
	#watcher: FSWatcher | null = null;
	#looking: NodeJS.Timeout | undefined;
	/** Ends the wait for the next start. */
	#hurry: () => void = () => {};

	constructor({ balancer, directory }: Pick<StatePaths, 'balancer' | 'directory'>) {
		this.#directory = balancer;
		this.#parent = directory;
	}

	open(): void {
		this.#watch();
		this.#look();
	}

	/** @param isWanted whether the stack runs */
	want(isWanted: boolean): void {
		if (isWanted === this.#isWanted) return;
		this.#isWanted = isWanted;
		this.#look();
		if (!isWanted) void this.#end();
	}

	/** Lets go of it: it goes on. */
	close(): void {
		this.#isClosed = true;
		this.#connection?.close();
		this.#watcher?.close();
		clearInterval(this.#looking);
		this.#hurry();
	}

	get #isNeeded(): boolean {
		return this.#isWanted && !this.#isClosed && existsSync(join(this.#directory, 'configuration.json'));
	}

	#look(): void {
		this.#hurry();
		if (this.#isNeeded) this.#keeping ??= this.#keep().finally(() => this.#again());
	}

	#again(): void {
		this.#keeping = null;
		this.#look();
	}

	async #keep(): Promise<void> {
		for (let failures = 0; this.#isNeeded; ) {
			const startedAt = monotonicNow();
			this.#connection = (await this.#connect()) ?? (await this.#start());
			if (this.#isClosed) this.#connection?.close();
			else if (!this.#isWanted) void this.#end();
			await this.#connection?.closed;
			this.#connection = null;
			failures = monotonicNow() - startedAt >= HEALTHY_AFTER_MS ? 1 : failures + 1;
			if (this.#isNeeded) await this.#pause(restartDelay(failures, Math.random()));
		}
	}

	#connect(): Promise<Connection<EndProtocol> | null> {
		return connect<EndProtocol>(socketPathFor(this.#directory).path, 'the load balancer').catch(() => null);
	}

	/** @returns null when it ended before it could be asked anything; its log says why */
	async #start(): Promise<Connection<EndProtocol> | null> {
		try {
			const child = launch(this.#directory);
			child.stdout.resume();
			await once(child.stdout, 'close');
		} catch {
			// Its folder is gone, or there is no room for another process.
			return null;
		}
		return this.#connect();
	}

	async #end(): Promise<void> {
		await this.#connection?.request('end', null).catch(() => {});
	}

	#pause(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#hurry = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	/** Where there is no such folder yet, the one that it will be in. */
	#watch(): void {
		this.#watcher?.close();
		const isThere = existsSync(this.#directory);
		try {
			this.#watcher = watch(isThere ? this.#directory : this.#parent, (_, name) => {
				if (isThere !== existsSync(this.#directory)) this.#watch();
				if (!isThere || name === 'configuration.json') this.#look();
			});
			this.#watcher.on('error', () => this.#lookByTheClock());
		} catch {
			// A user may have so many watchers and no more, 128 on many machines.
			this.#lookByTheClock();
		}
	}

	#lookByTheClock(): void {
		this.#watcher?.close();
		this.#watcher = null;
		this.#looking ??= setInterval(() => {
			if (this.#keeping === null) this.#look();
		}, LOOK_EVERY_MS).unref();
	}
}

function launch(directory: string): ChildProcessByStdio<null, Readable, null> {
	const log = openSync(join(directory, 'balancer.log'), 'w', 0o600);
	try {
		const child = spawn(process.execPath, [launcherPath(), 'balancer', directory], {
			// Its own session: a terminal that hangs up does not reach it.
			detached: true,
			env: shellEnvironment(process.env),
			cwd: '/',
			stdio: ['ignore', 'pipe', log],
		}) as ChildProcessByStdio<null, Readable, null>;
		child.on('error', () => {});
		child.unref();
		return child;
	} finally {
		closeSync(log);
	}
}
