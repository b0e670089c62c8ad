import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { bootId, isAlive } from '../../../src/linux/proc.ts';
import { CACHE } from './cache.ts';

const FOLDER = join(CACHE, 'fleets');
/** The last number of the first host's address. */
const FIRST_ADDRESS = 11;

/** The first process in a fleet's namespaces. With its start time and the boot it is no other's pid. */
export interface KeeperIdentity {
	readonly pid: number;
	readonly startTime: number;
	readonly bootId: string;
}

/** What another process has to know to use a fleet, or to clean up after one that is dead. */
export interface FleetRecord {
	readonly id: string;
	/** The fleet's keys, logs and ssh files. */
	readonly folder: string;
	readonly base: string;
	/** Whether it stays when the process that booted it ends. */
	readonly stays: boolean;
	readonly keeper: KeeperIdentity;
	/** `198.19.N`, once the fleet has a network. */
	readonly subnet: string | null;
	/** Names of the hosts, in the order of their addresses. */
	readonly hosts: readonly string[];
}

export function addressOf({ subnet, hosts }: FleetRecord, name: string): string {
	return `${subnet}.${FIRST_ADDRESS + hosts.indexOf(name)}`;
}

export function recordFile(id: string): string {
	return join(FOLDER, `${id}.json`);
}

export async function writeRecord(record: FleetRecord): Promise<void> {
	await mkdir(FOLDER, { recursive: true });
	const file = recordFile(record.id);
	await writeFile(`${file}.new`, JSON.stringify(record));
	await rename(`${file}.new`, file);
}

export function isKept({ keeper }: FleetRecord): boolean {
	return keeper.bootId === bootId() && isAlive(keeper);
}

/** The fleets that are there. What dead ones left, because even their keeper was killed, is cleaned up. */
export async function readRecords(): Promise<FleetRecord[]> {
	const names = (await readdir(FOLDER).catch(() => [])).filter((name) => name.endsWith('.json'));
	const live: FleetRecord[] = [];
	for (const name of names.sort()) {
		const text = await readFile(join(FOLDER, name), 'utf8').catch(() => null);
		// Its keeper took it away in the meantime.
		if (text === null) continue;
		const record = JSON.parse(text) as FleetRecord;
		if (isKept(record)) live.push(record);
		else await cleanUpAfter(record);
	}
	return live;
}

const REMOVE_CGROUPS = `
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	cd "/sys/fs/cgroup/$0" 2>/dev/null || exit 0
	find . -depth -mindepth 1 -type d -exec rmdir {} +
	rmdir "$PWD"
`;

/** Its processes, mounts and network went with its namespaces; these remain. */
export async function cleanUpAfter({ id, folder }: FleetRecord): Promise<void> {
	await execa('unshare', ['--mount', 'sh', '-uc', REMOVE_CGROUPS, id], { reject: false });
	if (basename(folder) === id) await rm(folder, { recursive: true, force: true });
	await rm(recordFile(id), { force: true });
}
