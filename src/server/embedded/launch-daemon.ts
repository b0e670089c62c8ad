import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownedDirectory } from '../../files/private-files.ts';
import { bootId, monotonicNow } from '../../linux/proc.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { shellEnvironment } from '../../model/shell-environment.ts';
import type { WireError } from '../../wire/messages.ts';
import { within } from '../../wire/within.ts';
import type { StatePaths } from './paths.ts';
import { isStillRunning } from './peek.ts';
import { connectTo, PROTOCOL_VERSION, type SupervisorConnection } from './protocol.ts';
import { readIdentity, readRecorded } from './records.ts';
import type { StackFiles } from './stack-watch.ts';

const LONGEST_START_MS = 15_000;
const RETRY_MS = 10;
/** A supervisor that is alive answers within milliseconds. */
const LONGEST_ANSWER_MS = 5_000;
const HANGING = ['the supervisor does not answer', 'it may hang: see `procdeck stacks` for its pid'] as const;
const LONGEST_LOG = 1024 * 1024;

/** What a supervisor that was started in the background says on its stdout, once. */
export type StartReport =
	| { readonly started: true }
	| { readonly started: false; readonly error: WireError | null };

/**
 * A connection to the supervisor, which is started where there is none.
 * @throws ProcdeckError `refused` when it speaks a newer protocol, or its own error when it cannot start
 */
export async function connectOrLaunch(
	paths: StatePaths,
	files: StackFiles,
	server: string,
): Promise<SupervisorConnection> {
	const deadline = monotonicNow() + LONGEST_START_MS;
	while (monotonicNow() < deadline) {
		const connection = await connectCompatible(paths);
		if (connection !== null) return connection;
		await launch(paths, files, server);
		const started = await connectWithin(paths, 1_000);
		if (started !== null) return started;
	}
	throw new ProcdeckError(
		'unreachable',
		`the supervisor of ${server} does not answer`,
		`see ${paths.supervisorLog}`,
	);
}

/** Waits a while for a supervisor that is about to listen. */
export async function connectWithin(paths: StatePaths, ms: number): Promise<SupervisorConnection | null> {
	const deadline = monotonicNow() + ms;
	for (;;) {
		const connection = await connectCompatible(paths);
		if (connection !== null || monotonicNow() > deadline) return connection;
		await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
	}
}

/** A connection to a supervisor that understands us; one of an older version is asked to hand over. */
export async function connectCompatible(paths: StatePaths): Promise<SupervisorConnection | null> {
	const connection = await connectTo(paths.socket.path);
	if (connection === null) return null;
	try {
		const { protocol } = await within(LONGEST_ANSWER_MS, connection.request('hello', null), HANGING);
		if (protocol === PROTOCOL_VERSION) return connection;
		if (protocol > PROTOCOL_VERSION) throw newerSupervisor();
		await connection.request('handOver', null);
	} catch (error) {
		const wentAway = !connection.isOpen;
		connection.close();
		if (wentAway) return null;
		throw error;
	}
	await connection.closed;
	return null;
}

function newerSupervisor(): ProcdeckError {
	return new ProcdeckError(
		'refused',
		'the supervisor here is of a newer Procdeck',
		'use that version, or update this one',
	);
}

async function launch(paths: StatePaths, files: StackFiles, server: string): Promise<void> {
	ownedDirectory(paths.directory);
	const procfile = files.procfile ?? procfileOfOrphans(paths);
	const log = openSupervisorLog(paths.supervisorLog);
	const child = spawn(
		process.execPath,
		[launcherPath(), ...optionsOf({ ...files, procfile }), 'supervisor', server],
		{
			// Its own session: a terminal that hangs up does not reach it.
			detached: true,
			// Started from within an instance it would be taken for a part of it.
			env: shellEnvironment(process.env),
			cwd: '/',
			stdio: ['ignore', 'pipe', log],
		},
	);
	closeSync(log);
	child.on('error', () => {});
	child.unref();
	const report = await readReport(child);
	if (!report.started && report.error !== null) {
		throw new ProcdeckError(report.error.code, report.error.message, report.error.hint);
	}
}

/** Instances that run without a supervisor are taken over with the Procfile that they were started from. */
function procfileOfOrphans(paths: StatePaths): string | null {
	const { state } = readRecorded(paths, bootId());
	if (![...state.instances.values()].some(isStillRunning)) return null;
	return readIdentity(paths)?.procfileOption ?? null;
}

/** What the last ones said of their end is kept, within a bound. */
function openSupervisorLog(file: string): number {
	if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONGEST_LOG)
		renameSync(file, `${file}.previous`);
	return openSync(file, 'a', 0o600);
}

async function readReport(child: ReturnType<typeof spawn>): Promise<StartReport> {
	let text = '';
	child.stdout?.on('data', (chunk) => {
		text += String(chunk);
	});
	if (child.stdout !== null) await within(LONGEST_START_MS, once(child.stdout, 'close'), HANGING);
	try {
		return JSON.parse(text) as StartReport;
	} catch {
		const message = 'the supervisor ended before it was ready';
		return {
			started: false,
			error: { code: 'internal', message, hint: 'see supervisor.log in its state folder' },
		};
	}
}

function optionsOf({ directory, procfile, environment }: StackFiles): string[] {
	return [
		'-C',
		directory,
		...(procfile === null ? [] : ['--procfile', procfile]),
		...(environment === null ? [] : ['--environment', environment]),
	];
}

/** bin/procdeck.js of this package, whether this runs from src/ or from the bundle. */
export function launcherPath(): string {
	for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
		const candidate = join(folder, 'bin', 'procdeck.js');
		if (existsSync(candidate)) return candidate;
		if (folder === dirname(folder)) throw new Error('bin/procdeck.js is missing from the package');
	}
}
