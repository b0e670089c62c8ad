import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

const bootId = 'cat /proc/sys/kernel/random/boot_id';

afterEach(() => resetHost(fleetHost('web1')));

describe('a host', () => {
	it.each(['web1', 'web2', 'jobs1'])('%s has booted, with nothing that failed', async (name) => {
		const host = fleetHost(name);
		expect(
			await host.run('systemctl is-system-running; hostname; systemctl --failed --plain --no-legend'),
		).toBe(`running\n${name}`);
	});

	it('has services of its own, not mixed with those of another host', async () => {
		const processes = 'cat /sys/fs/cgroup/system.slice/ssh.service/cgroup.procs';
		for (const host of sharedFleet().hosts)
			expect(await host.run(processes)).toBe(await host.run('systemctl show --property=MainPID --value ssh'));
	});

	it('runs the fixtures, those in Node too', async () => {
		const host = fleetHost('web1');
		expect(await host.run('node --version')).toBe(process.version);
		const grows =
			'/srv/fixtures/leaks-memory.js 1 >/srv/out & until cat /srv/out | grep .; do :; done; kill $!';
		expect(await host.run(grows)).toBe('grew by 1 MB');
	});

	it('keeps its files and its identity over a reboot', async () => {
		const host = fleetHost('web1');
		const before = await host.run(`${bootId}; cat /etc/machine-id`);
		const key = await host.hostKey();
		await writeFile(join(host.root, 'srv/kept'), 'kept');

		await host.reboot();

		const [bootBefore, machineBefore] = before.split('\n');
		const [bootAfter, machineAfter] = (await host.run(`${bootId}; cat /etc/machine-id`)).split('\n');
		expect(bootAfter).not.toBe(bootBefore);
		expect(machineAfter).toBe(machineBefore);
		expect(await host.hostKey()).toBe(key);
		expect(await host.run('cat /srv/kept')).toBe('kept');
		expect(await host.run('journalctl --list-boots --quiet | wc -l')).not.toBe('1');
		expect((await host.ssh('root', 'hostname')).stdout).toBe('web1');
	});

	it('stops its services in a shutdown, but not in a power cut', async () => {
		const host = fleetHost('web1');
		const start = `systemd-run --unit=procdeck-witness --quiet --property=ExecStop='/bin/touch /srv/stopped' sleep 600`;
		await host.run(start);
		await host.powerCut();
		expect(host.isOn()).toBe(false);
		await host.boot();
		expect(await host.run('ls /srv')).toBe('fixtures');

		await host.run(start);
		await host.powerOff();
		expect(host.isOn()).toBe(false);
		expect(await readFile(join(host.root, 'srv/stopped'), 'utf8')).toBe('');
		await host.boot();
	});

	it('boots again after it was shut down from within', async () => {
		const host = fleetHost('web1');
		await host.run('systemctl poweroff');
		await expect.poll(() => host.isOn(), { timeout: 20_000 }).toBe(false);
		await host.boot();
		expect((await host.ssh('root', 'systemctl is-system-running')).stdout).toBe('running');
	});

	it('reaches the others by name', async () => {
		const { keyFile } = sharedFleet();
		const host = fleetHost('web1');
		const options = '-o BatchMode=yes -o StrictHostKeyChecking=no -i /root/key';
		await writeFile(join(host.root, 'root/key'), await readFile(keyFile), { mode: 0o600 });
		expect(await host.run(`ssh ${options} deploy@jobs1 hostname`)).toBe('jobs1');
		await host.run('rm -r /root/key /root/.ssh');
	});
});
