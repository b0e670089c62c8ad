import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import {
	closeSync,
	constants,
	existsSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from 'node:fs';
import { makeFifo } from '../../linux/files.ts';
import { monotonicNow, readStat } from '../../linux/proc.ts';
import type { Launch } from '../../model/launch.ts';
import { plainWords, shellCommand } from '../../model/launch.ts';
import type { Instance, LiveProcess } from '../plan/state.ts';
import { indexFile, logFile, previousLogFile } from './logs/files.ts';
import { StartedLogs } from './logs/started-logs.ts';
import type { StatePaths } from './paths.ts';

/** The variable that marks what Procdeck started, for finding what escaped its process group. */
export const COOKIE_VARIABLE = 'PROCDECK_COOKIE';

interface SpawnRequest {
	readonly instance: Instance;
	readonly launch: Launch;
	readonly environment: Readonly<Record<string, string>>;
	/** Bytes of log kept. */
	readonly logMax: number;
}

type Spawned = { readonly child: ChildProcess; readonly process: LiveProcess } | { readonly reason: string };

/** Starts instances so that they need nothing of this process: not its pipes, not its terminal, not its life. */
export class Spawner {
	readonly startedLogs = new StartedLogs();
	readonly #paths: StatePaths;
	#stdin: number | null = null;

	constructor(paths: StatePaths) {
		this.#paths = paths;
	}

	/** Makes the pipe that is every instance's stdin: opened for both directions it never ends, whoever dies. */
	async open(): Promise<void> {
		if (!existsSync(this.#paths.stdin)) await makeFifo(this.#paths.stdin);
		this.#stdin = openSync(this.#paths.stdin, constants.O_RDWR | constants.O_NONBLOCK);
	}

	close(): void {
		if (this.#stdin !== null) closeSync(this.#stdin);
		this.#stdin = null;
		this.startedLogs.close();
	}

	cookieOf(instance: Pick<Instance, 'name' | 'starts'>): string {
		return `${this.#paths.cookie}/${instance.name}/${instance.starts}`;
	}

	spawn(request: SpawnRequest): Spawned {
		try {
			const log = openLog(this.#paths, request.instance.name, request.logMax);
			this.startedLogs.add(request.instance.name, log);
			return this.#spawnWith(request, log);
		} catch (error) {
			return { reason: `cannot start: ${(error as Error).message}` };
		}
	}

	#spawnWith({ instance, launch, environment }: SpawnRequest, log: number): Spawned {
		// A port is an instance's own, or it has none.
		const { PORT: _inherited, ...inherited } = launch.environment;
		const options: SpawnOptions = {
			cwd: launch.directory,
			env: { ...inherited, ...environment, [COOKIE_VARIABLE]: this.cookieOf(instance) },
			detached: true,
			stdio: [this.#stdin, log, log],
		};
		const child = startPlain(launch, options) ?? startInShell(launch, options);
		if (child.pid === undefined) {
			const missing = existsSync(launch.directory) ? launch.shell : launch.directory;
			return { reason: `cannot start: ${missing} does not exist or is not usable` };
		}
		const startTime = readStat(child.pid)?.startTime ?? 0;
		return {
			child,
			process: { pid: child.pid, startTime, startedAt: Date.now(), startedMono: monotonicNow() },
		};
	}
}

/** Without the shell that would only be replaced: half of what a start costs. */
function startPlain(launch: Launch, options: SpawnOptions): ChildProcess | null {
	const words = plainWords(launch);
	if (words === null) return null;
	// As the shell sets it, which finds itself in another folder than its environment says.
	const child = start(words, { ...options, env: { ...options.env, PWD: launch.directory } });
	// What cannot be started is left to the shell, which says why in the log.
	return child.pid === undefined ? null : child;
}

function startInShell(launch: Launch, options: SpawnOptions): ChildProcess {
	return start(shellCommand(launch), options);
}

function start([file, ...args]: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
	const child = spawn(file, args, options);
	if (child.pid === undefined) child.on('error', () => {});
	return child;
}

/** The instance's log, ready for its next run: a new file once the old one has been cut at its front. */
function openLog(paths: StatePaths, name: string, logMax: number): number {
	const file = logFile(paths.logs, name);
	const found = statSync(file, { throwIfNoEntry: false });
	// What was noted of a log that somebody removed does not hold for the next one.
	if (found === undefined) rmSync(indexFile(file), { force: true });
	const size = found?.size ?? 0;
	if (size > logMax) beginAnew(file, previousLogFile(paths.logs, name));
	const log = openSync(file, 'a+', 0o600);
	if (size > 0 && size <= logMax) endLastLine(log, size);
	return log;
}

function beginAnew(file: string, previous: string): void {
	renameSync(file, previous);
	rmSync(indexFile(previous), { force: true });
	if (existsSync(indexFile(file))) renameSync(indexFile(file), indexFile(previous));
}

/** A run that died within a line must not run into the next one's first. */
function endLastLine(log: number, size: number): void {
	try {
		const last = Buffer.alloc(1);
		readSync(log, last, 0, 1, size - 1);
		if (last[0] !== 0x0a) writeSync(log, '\n');
	} catch {
		// A full disk is no reason not to start.
	}
}
