import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bootId } from '../../linux/proc.ts';
import type { Stack } from '../../model/stack.ts';
import { connect } from './connection.ts';
import { pathsIn, type StatePaths, statePaths, stateRoot } from './paths.ts';
import { isStillRunning } from './peek.ts';
import { readIdentity, readRecorded } from './records.ts';
import type { Formation } from './step/state.ts';

/** A stack that has a supervisor or a state on this machine. */
export interface LocalStack {
	readonly stack: string;
	readonly environment: string;
	readonly server: string;
	readonly directory: string;
	readonly supervisorPid: number | null;
	/** Instances whose process lives. */
	readonly running: number;
	readonly power: Formation['power'];
}

export async function listStacks(): Promise<LocalStack[]> {
	const folders = await readdir(stateRoot(), { withFileTypes: true }).catch(() => []);
	const states = folders.filter((entry) => entry.isDirectory() && entry.name !== 'run');
	const found = await Promise.all(states.map(({ name }) => describe(pathsIn(join(stateRoot(), name)))));
	return found.filter((stack) => stack !== null);
}

/** Whether instances of this stack are recorded on any of its local servers, running or not. */
export async function hasRecordedInstances(stack: Stack): Promise<boolean> {
	const local = stack.servers.filter(({ kind, supervisor }) => kind === 'local' && supervisor === 'embedded');
	const counts = await Promise.all(
		local.map(
			async ({ name }) => (await readRecorded(statePaths(stack, name), bootId())).state.instances.size,
		),
	);
	return counts.some((count) => count > 0);
}

async function describe(paths: StatePaths): Promise<LocalStack | null> {
	const identity = await readIdentity(paths);
	if (identity === null) return null;
	const [{ state }, supervisorPid] = await Promise.all([
		readRecorded(paths, bootId()),
		supervisorPidOf(paths),
	]);
	const { stack, environment, server, directory } = identity;
	const running = [...state.instances.values()].filter(isStillRunning).length;
	return { stack, environment, server, directory, supervisorPid, running, power: state.formation.power };
}

async function supervisorPidOf(paths: StatePaths): Promise<number | null> {
	const connection = await connect(paths.socket).catch(() => null);
	if (connection === null) return null;
	const hello = await connection.request('hello', null).catch(() => null);
	connection.close();
	return hello?.pid ?? null;
}
