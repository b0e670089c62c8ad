import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stateRoot } from '../../files/state-root.ts';
import { bootId } from '../../linux/proc.ts';
import type { Stack } from '../../model/stack.ts';
import type { Formation, SupervisorState } from '../plan/state.ts';
import { belongsTo, pathsIn, type StatePaths, statePaths } from './paths.ts';
import { isStillRunning } from './peek.ts';
import { connectTo } from './protocol.ts';
import { readIdentity, readRecorded, type StackIdentity } from './records.ts';

/** A stack that has a supervisor or a state on this machine. */
interface LocalStack {
	readonly stack: string;
	readonly environment: string;
	readonly server: string;
	readonly directory: string;
	readonly supervisorPid: number | null;
	/** Instances whose process lives. */
	readonly running: number;
	readonly power: Formation['power'];
}

/** What is recorded of one server of a stack. */
export interface RecordedServer {
	readonly identity: StackIdentity;
	readonly supervisorPid: number | null;
	/** Instances, running or not. */
	readonly instances: number;
	/** Instances whose process lives. */
	readonly running: number;
	readonly power: Formation['power'];
}

export async function listStacks(): Promise<LocalStack[]> {
	const recorded = await Promise.all((await stateFolders()).map(describe));
	return recorded
		.filter((server) => server !== null)
		.map(({ identity: { stack, environment, server, directory }, supervisorPid, running, power }) => {
			return { stack, environment, server, directory, supervisorPid, running, power };
		});
}

/**
 * What is recorded of an app's folder, under whatever names and environments. A state that cannot be read is left out.
 * @param but the stack that is not asked for
 */
export async function recordedIn(
	directory: string,
	but?: Pick<Stack, 'name' | 'environment'>,
): Promise<RecordedServer[]> {
	const others = (await stateFolders()).filter(
		(name) =>
			belongsTo(directory, name) &&
			(but === undefined || !name.startsWith(`${but.name}.${but.environment}.`)),
	);
	const recorded = await Promise.all(others.map((name) => describe(name).catch(() => null)));
	return recorded.filter((server) => server !== null);
}

/** Whether instances of this stack are recorded on any of its local servers, running or not. */
export function hasRecordedInstances(stack: Stack): boolean {
	return recordedStates(stack).some(({ instances }) => instances.size > 0);
}

/** The types that were ever set up on the local servers of this stack, whatever the Procfile has now. */
export function typesSetUp(stack: Stack): string[] {
	return recordedStates(stack).flatMap(({ formation }) => Object.keys(formation.wanted));
}

function recordedStates(stack: Stack): SupervisorState[] {
	const local = stack.servers.filter(({ kind, supervisor }) => kind === 'local' && supervisor === 'embedded');
	return local.map(({ name }) => readRecorded(statePaths(stack, name), bootId()).state);
}

/** Which stack the supervisor of a server was started for, and how; null where none runs. */
export async function runningIdentity(stack: Stack, server: string): Promise<StackIdentity | null> {
	const paths = statePaths(stack, server);
	return (await supervisorPidOf(paths)) === null ? null : readIdentity(paths);
}

async function stateFolders(): Promise<string[]> {
	const entries = await readdir(stateRoot(), { withFileTypes: true }).catch(() => []);
	return entries.filter((entry) => entry.isDirectory() && entry.name !== 'run').map(({ name }) => name);
}

async function describe(folder: string): Promise<RecordedServer | null> {
	const paths = pathsIn(join(stateRoot(), folder));
	const identity = readIdentity(paths);
	if (identity === null) return null;
	const { state } = readRecorded(paths, bootId());
	const supervisorPid = await supervisorPidOf(paths);
	const instances = [...state.instances.values()];
	const running = instances.filter(isStillRunning).length;
	return { identity, supervisorPid, instances: instances.length, running, power: state.formation.power };
}

async function supervisorPidOf(paths: StatePaths): Promise<number | null> {
	const connection = await connectTo(paths.socket.path).catch(() => null);
	if (connection === null) return null;
	const hello = await connection.request('hello', null).catch(() => null);
	connection.close();
	return hello?.pid ?? null;
}
