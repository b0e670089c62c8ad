import { readJson, readOrNull, writeAtomically } from '../../files/private-files.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Launch } from '../../model/launch.ts';
import {
	EMPTY_STATE,
	type Formation,
	type Instance,
	NO_FORMATION,
	type SupervisorState,
} from '../plan/state.ts';
import type { StatePaths } from './paths.ts';

/** Raised when a file's form changes; an older Procdeck never touches a newer one's state. */
export const STATE_VERSION = 1;

/** Which stack and folder a state belongs to, and how its files were chosen. */
export interface StackIdentity {
	readonly version: number;
	readonly stack: string;
	readonly environment: string;
	readonly server: string;
	/** The app's folder. */
	readonly directory: string;
	/** `-f`, `-e` as they were given, or null. */
	readonly procfileOption: string | null;
	readonly environmentOption: string | null;
}

/** The launches that instances were started with, by key, and the shell that the next ones get. Private: holds secrets. */
export interface LaunchRecord {
	readonly version: number;
	readonly shell: Readonly<Record<string, string>>;
	readonly launches: Readonly<Record<string, Launch>>;
}

interface FormationRecord extends Formation {
	readonly version: number;
	/** The boot in which stops were made and the stack last ran. */
	readonly boot: string;
}

interface InstancesRecord {
	readonly version: number;
	readonly boot: string;
	readonly instances: readonly Instance[];
}

type Versioned = { readonly version: number };

function isVersioned<T extends Versioned>(value: unknown): value is T {
	return typeof value === 'object' && value !== null && typeof (value as Versioned).version === 'number';
}

function read<T extends Versioned>(file: string): T | null {
	const record = readJson<T>(file, isVersioned);
	if (record !== null && record.version > STATE_VERSION) {
		throw new ProcdeckError(
			'refused',
			`${file} was written by a newer Procdeck`,
			'use that version, or update this one',
		);
	}
	return record;
}

/** What was recorded, seen from this boot: processes of another boot are gone, and so are stops. */
export interface Recorded {
	readonly state: SupervisorState;
}

export function readRecorded(paths: StatePaths, boot: string): Recorded {
	const formation = read<FormationRecord>(paths.formation);
	const instances = read<InstancesRecord>(paths.instances);
	const sameBoot = formation?.boot === boot;
	const { version: _v, boot: _b, ...kept } = formation ?? { ...NO_FORMATION, version: 0, boot };
	const ranBeforeBoot = !sameBoot && kept.power === 'up';
	const current = instances?.boot === boot ? instances.instances : [];
	return {
		state: {
			...EMPTY_STATE,
			formation: sameBoot
				? kept
				: { ...kept, power: ranBeforeBoot ? 'never' : kept.power, held: [], override: null },
			instances: new Map(current.map((instance) => [instance.name, instance])),
		},
	};
}

export async function writeFormation(paths: StatePaths, formation: Formation, boot: string): Promise<void> {
	const record: FormationRecord = { version: STATE_VERSION, boot, ...formation };
	await writeAtomically(paths.formation, JSON.stringify(record, null, '\t'));
}

export async function writeInstances(
	paths: StatePaths,
	instances: Iterable<Instance>,
	boot: string,
): Promise<void> {
	const record: InstancesRecord = { version: STATE_VERSION, boot, instances: [...instances] };
	await writeAtomically(paths.instances, JSON.stringify(record));
}

export function readLaunches(paths: StatePaths): LaunchRecord {
	return read<LaunchRecord>(paths.launches) ?? { version: STATE_VERSION, shell: {}, launches: {} };
}

export async function writeLaunches(paths: StatePaths, record: Omit<LaunchRecord, 'version'>): Promise<void> {
	await writeAtomically(paths.launches, JSON.stringify({ version: STATE_VERSION, ...record }));
}

export function readIdentity(paths: StatePaths): StackIdentity | null {
	return read<StackIdentity>(paths.identity);
}

/** Written once: what is there already costs no start another wait for the disk. */
export async function recordIdentity(
	paths: StatePaths,
	identity: Omit<StackIdentity, 'version'>,
): Promise<void> {
	const text = JSON.stringify({ version: STATE_VERSION, ...identity }, null, '\t');
	if (readOrNull(paths.identity) !== text) await writeAtomically(paths.identity, text);
}
