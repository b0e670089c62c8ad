import { setFlagsFromString } from 'node:v8';
import { ownedDirectory } from '../../files/private-files.ts';
import { acquireLock, type KernelLock } from '../../linux/lock.ts';
import { bootId } from '../../linux/proc.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { shellEnvironment } from '../../model/shell-environment.ts';
import type { Stack } from '../../model/stack.ts';
import { recoverUnrecorded } from './adoption.ts';
import { carriersOf } from './carriers.ts';
import { readHistory } from './history.ts';
import { type StatePaths, statePaths } from './paths.ts';
import {
	type LaunchRecord,
	type Recorded,
	readLaunches,
	readRecorded,
	recordIdentity,
	type StackIdentity,
} from './records.ts';
import { isBusy, offer } from './service.ts';
import { type StackFiles, StackWatch } from './stack-watch.ts';
import { Supervisor } from './supervisor.ts';

/** How long a supervisor with nothing to do waits for the client that it was started for. */
const FIRST_CLIENT_MS = 5_000;
const LAST_CLIENT_MS = 300;

/** `idle`: it had nothing to do; `hand-over`: another one takes over; `lock-lost`: another one may have taken over. */
export type Ending = 'idle' | 'hand-over' | 'lock-lost';

export interface RunningSupervisor {
	readonly supervisor: Supervisor;
	readonly paths: StatePaths;
	readonly recorded: Recorded;
	/** Resolves when it has ended; instances may go on (`hand-over`, `lock-lost`). */
	readonly ended: Promise<Ending>;
	/** Ends it now; what runs goes on. */
	end(): Promise<void>;
}

/**
 * Makes this process the supervisor of one server of a stack.
 * @param staysWhenIdle false: ends by itself when the stack does not run and nobody is connected
 * @returns null when there is one already
 * @throws ProcdeckError when the files are broken or the state cannot be used
 */
export async function runSupervisor(
	files: StackFiles,
	serverName: string,
	options: { readonly staysWhenIdle: boolean },
): Promise<RunningSupervisor | null> {
	// A fork costs by the memory of who forks: short-lived garbage is collected soon instead of making room for it.
	setFlagsFromString('--semi-space-growth-factor=1');
	let running: Running | null = null;
	const watch = await StackWatch.open(files, () => running?.supervisor.redefine());
	const definition = watch.stack.servers.find(({ name }) => name === serverName);
	if (definition === undefined) throw new ProcdeckError('unknown-server', `there is no server ${serverName}`);
	const paths = statePaths(watch.stack, serverName);
	ownedDirectory(paths.directory);
	const lock = await acquireLock(paths.lock, paths.stdin);
	if (lock === null) {
		watch.close();
		return null;
	}
	try {
		const recorded = readRecorded(paths, bootId());
		const supervisor = new Supervisor({
			definition,
			paths,
			watch,
			state: recoverUnrecorded(recorded.state, carriersOf(paths.cookie), watch.stack.processTypes),
			launches: withShell(readLaunches(paths)),
			history: readHistory(paths.history),
		});
		running = new Running(supervisor, paths, recorded, lock, options.staysWhenIdle);
		await Promise.all([running.open(), recordIdentity(paths, identityOf(watch.stack, serverName, files))]);
		return running;
	} catch (error) {
		watch.close();
		lock.release();
		throw error;
	}
}

function identityOf(
	{ name, environment, directory }: Stack,
	server: string,
	{ procfile, environment: environmentOption }: StackFiles,
): Omit<StackIdentity, 'version'> {
	return { stack: name, environment, server, directory, procfileOption: procfile, environmentOption };
}

/** Before the first `start` the shell that brought the supervisor to life is all there is. */
function withShell(record: LaunchRecord): LaunchRecord {
	if (Object.keys(record.shell).length > 0) return record;
	return { ...record, shell: shellEnvironment(process.env) };
}

class Running implements RunningSupervisor {
	readonly supervisor: Supervisor;
	readonly paths: StatePaths;
	readonly recorded: Recorded;
	readonly ended: Promise<Ending>;
	readonly #lock: KernelLock;
	readonly #service: ReturnType<typeof offer>;
	readonly #staysWhenIdle: boolean;
	#idleTimer: NodeJS.Timeout | null = null;
	#finishing: Promise<void> | null = null;
	#resolveEnded: (reason: Ending) => void = () => {};

	constructor(
		supervisor: Supervisor,
		paths: StatePaths,
		recorded: Recorded,
		lock: KernelLock,
		staysWhenIdle: boolean,
	) {
		this.supervisor = supervisor;
		this.paths = paths;
		this.recorded = recorded;
		this.#lock = lock;
		this.#staysWhenIdle = staysWhenIdle;
		this.ended = new Promise((resolve) => {
			this.#resolveEnded = resolve;
		});
		this.#service = offer(
			supervisor,
			(kind) => void this.#finish(kind === 'leave' ? 'idle' : 'hand-over'),
			() => this.#watchIdle(LAST_CLIENT_MS),
		);
	}

	async open(): Promise<void> {
		await this.supervisor.open();
		await this.#service.listen();
		void this.#lock.lost.then(() => this.#finish('lock-lost'));
		this.supervisor.listen(() => this.#watchIdle(LAST_CLIENT_MS), false);
		this.#watchIdle(FIRST_CLIENT_MS);
	}

	async end(): Promise<void> {
		this.supervisor.halt();
		await this.#finish('hand-over');
	}

	#watchIdle(afterMs: number): void {
		if (this.#staysWhenIdle) return;
		if (this.#idleTimer !== null && this.#isIdle()) return;
		if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
		this.#idleTimer = null;
		if (!this.#isIdle()) return;
		this.#idleTimer = setTimeout(() => {
			this.#idleTimer = null;
			if (this.#isIdle()) void this.#finish('idle');
		}, afterMs);
	}

	#isIdle(): boolean {
		return this.#service.clients === 0 && !isBusy(this.supervisor);
	}

	#finish(reason: Ending): Promise<void> {
		if (reason === 'lock-lost') {
			// Another one may act already: nothing is decided, sent or saved from here on.
			this.supervisor.abandon();
			this.#service.drop();
		}
		this.#finishing ??= this.#letGo(reason);
		return this.#finishing;
	}

	async #letGo(reason: Ending): Promise<void> {
		if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
		if (reason !== 'lock-lost') {
			await this.#service.close();
			await this.supervisor.close();
		}
		this.#lock.release();
		this.#resolveEnded(reason);
	}
}
