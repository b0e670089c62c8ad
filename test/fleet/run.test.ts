import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import { Fleet, runningFleets } from './machinery/fleet.ts';
import { type FleetRecord, isKept } from './machinery/records.ts';
import { linkOf } from './machinery/subnet.ts';

const HOLD = join(import.meta.dirname, 'machinery/hold-fleet.ts');

/** Another run, beside the one that these tests are in. */
async function anotherRun() {
	const run = spawn(process.execPath, [HOLD], { stdio: ['ignore', 'pipe', 'inherit'] });
	onTestFinished(() => void run.kill('SIGKILL'));
	const [line] = await once(run.stdout, 'data');
	return { run, record: JSON.parse(String(line)) as FleetRecord };
}

async function mountsWith(text: string): Promise<number> {
	return (await readFile('/proc/mounts', 'utf8')).split(text).length - 1;
}

/** What of a fleet there still is on this machine. */
async function remains({ id, folder, subnet }: FleetRecord): Promise<string[]> {
	const { stdout: processes } = await execa('ps', ['-eo', 'args']);
	const groups = await cgroups();
	const parts: Record<string, boolean> = {
		folder: existsSync(folder),
		processes: processes.includes(id),
		mounts: (await mountsWith(id)) > 0,
		link: linkOf(String(subnet)) in networkInterfaces(),
		cgroup: groups.includes(id),
		record: (await runningFleets()).some((fleet) => fleet.record.id === id),
	};
	return Object.keys(parts).filter((part) => parts[part]);
}

async function cgroups(): Promise<string[]> {
	const list = ['--mount', 'sh', '-c', 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && ls /sys/fs/cgroup'];
	return (await execa('unshare', list)).stdout.split('\n');
}

describe('a run of the fleet', () => {
	it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('leaves nothing after %s', async (signal) => {
		const { run, record } = await anotherRun();
		expect(await remains(record)).toEqual(['folder', 'processes', 'link', 'cgroup', 'record']);
		run.kill(signal);
		await waitFor(async () => (await remains(record)).length === 0, `nothing to remain of ${record.id}`);
	});

	it('is another one than those at the same time', async () => {
		const mine = sharedFleet().record;
		const { record } = await anotherRun();
		expect(record.subnet).not.toBe(mine.subnet);
		const other = new Fleet(record).host('web1');
		expect((await other.ssh('root', 'hostname -I')).stdout.trim()).toBe(other.address);
		expect((await fleetHost('web1').ssh('root', 'hostname -I')).stdout.trim()).toBe(
			fleetHost('web1').address,
		);
	});

	it('makes a host anew that was removed', async () => {
		const { record } = await anotherRun();
		const host = new Fleet(record).host('web1');
		const identity = () => host.run('cat /etc/machine-id');
		const before = await identity();
		await host.run('touch /srv/written');
		await host.remove();
		expect(host.isOn()).toBe(false);
		await host.create();
		expect(await identity()).not.toBe(before);
		expect(await host.run('ls /srv')).toBe('fixtures');
	});

	it('is gone when it is told to, by whichever process', async () => {
		const { record } = await anotherRun();
		await new Fleet(record).remove();
		await waitFor(async () => (await remains(record)).length === 0, `nothing to remain of ${record.id}`);
	});

	it('cleans up after one whose keeper was killed', async () => {
		const { run, record } = await anotherRun();
		process.kill(record.keeper.pid, 'SIGKILL');
		run.kill('SIGKILL');
		await waitFor(() => !isKept(record), 'the keeper to be gone');
		expect(existsSync(record.folder)).toBe(true);
		await runningFleets();
		await waitFor(async () => (await remains(record)).length === 0, `nothing to remain of ${record.id}`);
	});
});
