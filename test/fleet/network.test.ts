import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fleetHost } from './fleet-host.ts';
import type { Host } from './machinery/host.ts';
import { resetHost } from './reset-host.ts';

afterEach(() => resetHost(fleetHost('web2')));

/** The first line that a server's sshd says, or what became of the connection within `withinMs`. */
function greeting({ address }: Host, withinMs = 20_000): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect(22, address);
		const end = (text: string) => {
			socket.destroy();
			resolve(text);
		};
		socket.setTimeout(withinMs, () => end('silence'));
		socket.once('data', (data) => end(String(data).trim()));
		socket.once('error', ({ message }) => end(message));
	});
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
	const begun = performance.now();
	await work();
	return performance.now() - begun;
}

describe('the network of a host', () => {
	it('is there', async () => {
		expect(await greeting(fleetHost('web2'))).toMatch(/^SSH-2\.0-OpenSSH/);
	});

	it('is silent while it is cut, and goes on where it was', async () => {
		const host = fleetHost('web2');
		await host.run('mkfifo /srv/go');
		// Opened once and for both directions: a reader that comes and goes loses what is written in between.
		const lines = host.ssh('root', 'exec 3<>/srv/go; for n in 1 2 3; do read go <&3; echo $n; done');
		await host.run('echo go >/srv/go');

		await host.cut();
		expect(await greeting(host, 4_000)).toBe('silence');
		expect(await greeting(fleetHost('web1'))).toMatch(/^SSH-2\.0/);
		await host.run('echo go >/srv/go');

		await host.heal();
		await host.run('echo go >/srv/go');
		expect((await lines).stdout).toBe('1\n2\n3');
	});

	it('is silent after a power cut', async () => {
		const host = fleetHost('web2');
		await host.powerCut();
		expect(await greeting(host, 1_000)).toBe('silence');
	});

	it('is as slow as it is told to be', async () => {
		const host = fleetHost('web2');
		const fast = await milliseconds(() => greeting(host));
		await host.shape({ roundTripMs: 200 });
		// One round trip for the connection; the greeting comes with half of another.
		expect((await milliseconds(() => greeting(host))) - fast).toBeGreaterThan(250);

		await host.shape({ rateKbit: 1_000 });
		const transfer = () => host.ssh('root', 'head --bytes=125000 /dev/urandom | base64');
		// A good megabit, at a megabit a second.
		expect(await milliseconds(transfer)).toBeGreaterThan(1_000);
	});
});

describe('the sshd of a host', () => {
	it('takes options and gives them back', async () => {
		const host = fleetHost('web2');
		const setting = "sshd -T | grep -E '^(maxsessions|maxstartups)'";
		const before = await host.run(setting);
		await host.sshd({ MaxSessions: '2', MaxStartups: '3:50:5' });
		expect(await host.run(setting)).toBe('maxsessions 2\nmaxstartups 3:50:5');
		await resetHost(host);
		expect(await host.run(setting)).toBe(before);
	});

	it('can have another key, which OpenSSH refuses', async () => {
		const host = fleetHost('web2');
		const first = await host.hostKey();
		await host.changeHostKey();
		expect(await host.hostKey()).not.toBe(first);
		expect((await host.ssh('root', 'true')).stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
		await resetHost(host);
		expect((await host.ssh('root', 'true')).exitCode).toBe(0);
	});
});
