import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ensureBaseImage } from './base-image.ts';
import { Host } from './host.ts';
import { endKeeper, startKeeper } from './keeper.ts';
import { type FleetRecord, readRecords, writeRecord } from './records.ts';
import { ensureRequirements } from './requirements.ts';
import {
	binFolder,
	generateKey,
	keyFile,
	knownHostsFile,
	sshConfigFile,
	writeSshFiles,
} from './ssh-files.ts';
import { claimSubnet } from './subnet.ts';

/** Debian servers in a network of their own, which this machine can reach and nothing else. */
export class Fleet {
	/** By which another process has the same fleet in its hands: `new Fleet(record)`. */
	readonly record: FleetRecord;
	readonly hosts: readonly Host[];

	constructor(record: FleetRecord) {
		this.record = record;
		this.hosts = record.hosts.map((name) => new Host(record, name));
	}

	host(name: string): Host {
		const found = this.hosts.find((host) => host.name === name);
		if (!found) throw new Error(`The fleet has no host ${name}.`);
		return found;
	}

	/** The private key that every user of every host takes. */
	get keyFile(): string {
		return keyFile(this.record.folder);
	}

	/** The host keys as they were at first, by name and by address. */
	get knownHostsFile(): string {
		return knownHostsFile(this.record.folder);
	}

	/** For `ssh -F`: `ssh web1` and `ssh ADDRESS` log in as `deploy`. */
	get sshConfigFile(): string {
		return sshConfigFile(this.record.folder);
	}

	/** A folder for the front of a PATH, whose `ssh` uses that file. */
	get binFolder(): string {
		return binFolder(this.record.folder);
	}

	/** Ends all hosts and leaves nothing. */
	remove(): Promise<void> {
		return endKeeper(this.record);
	}
}

/**
 * Boots hosts of these names, all at the same time. They go when this process ends, however it does.
 * @param names plain words of at most 12 characters, as they name network interfaces
 * @param options.stays whether they stay instead until `remove`, in this or another process
 * @throws Error that says what to do where this machine cannot run a fleet
 */
export async function bootFleet(names: readonly string[], { stays = false } = {}): Promise<Fleet> {
	await ensureRequirements();
	await readRecords();
	const base = await ensureBaseImage();
	const folder = await mkdtemp(join(tmpdir(), 'procdeck-fleet-'));
	const fleet = await start({ id: basename(folder), folder, base, stays }, names).catch(async (error) => {
		await rm(folder, { recursive: true, force: true });
		throw error;
	});
	try {
		await Promise.all(fleet.hosts.map((host) => host.create()));
		await writeSshFiles(fleet.hosts, folder);
		return fleet;
	} catch (error) {
		await fleet.remove();
		throw error;
	}
}

/** The fleets of this machine, those of other processes too. */
export async function runningFleets(): Promise<Fleet[]> {
	return (await readRecords()).filter(({ subnet }) => subnet !== null).map((record) => new Fleet(record));
}

/** A fleet whose hosts are still to be made. */
async function start(
	place: Pick<FleetRecord, 'id' | 'folder' | 'base' | 'stays'>,
	hosts: readonly string[],
): Promise<Fleet> {
	await generateKey(keyFile(place.folder));
	const keeper = await startKeeper(place);
	const record: FleetRecord = { ...place, keeper, hosts, subnet: null };
	try {
		await writeRecord(record);
		const subnet = await claimSubnet(keeper);
		await writeRecord({ ...record, subnet });
		return new Fleet({ ...record, subnet });
	} catch (error) {
		await endKeeper(record);
		throw error;
	}
}
