import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../contract/client.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { onHost } from './on-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web1');
const WORKER = { Procfile: 'worker: /srv/fixtures/runs\n' };

/** Lets a user do as root what a sudoers line names, and nothing else. */
async function allow(user: string, programs: string): Promise<void> {
	const file = '/etc/sudoers.d/set-by-test';
	await host.run(`umask 227; cat >${file}`, `${user} ALL = (root) NOPASSWD: ${programs}\n`);
	onTestFinished(async () => void (await host.run(`rm ${file}`)));
}

/** Scales, restarts, stops and reads back logs and history. */
async function doesEverything(client: Client): Promise<void> {
	expect(await client.start()).toMatchObject([{ outcome: 'done', reason: null }]);
	expect(await client.scaleTo('worker', 2)).toMatchObject([
		{ from: 1, to: 2, outcome: 'done', reason: null },
	]);
	expect(await client.restart(['worker.1'])).toMatchObject([{ outcome: 'done', reason: null }]);
	expect(await client.stop('worker.2')).toMatchObject([{ outcome: 'done', reason: null }]);
	const { pid } = await client.instance('worker.1');
	await waitFor(async () => (await client.log()).includes(`running as ${pid}\n`), 'the log');
}

const EVERYTHING = ['start', 'scale', 'restart', 'stop'];

/** Waits until whoever connects now is told of all that was done. */
async function isInHistory(client: Client): Promise<void> {
	const watch = await client.watch();
	const done = () => watch.observation.history.filter(({ outcome }) => outcome === 'done');
	await expect.poll(() => done().map(({ verb }) => verb), { timeout: 30_000 }).toEqual(EVERYTHING);
	watch.stop();
}

describe('a user of a server', () => {
	it.each([
		['who is root', 'root'],
		['who has sudo for everything', 'deploy'],
		['who has sudo for the commands that doctor prints alone', 'limited'],
		['whose login shell prints a banner', 'banner'],
		['whose login shell is fish', 'fishy'],
	])('%s can do everything', async (_, user) => {
		const app = await systemdApp(host, WORKER, { user });
		await doesEverything(await app.connect());
		await isInHistory(await app.connect());
		expect((await onHost(host, app, 'worker')).enabled).toEqual([1, 2]);
	});

	it('whom sudo asks for a password sees what runs, and is told why he may change nothing', async () => {
		const app = await systemdApp(host, WORKER, { user: 'asks' });
		const client = await app.connect();
		expect(await client.observation()).toMatchObject({ connection: 'connected', power: 'never' });
		await expect(client.scaleTo('worker', 2)).rejects.toMatchObject({
			code: 'refused',
			message: 'asks may not change system services, and sudo wants a password',
			hint: expect.stringContaining('procdeck doctor'),
		});
		expect(await host.run(`ls -d /etc/procdeck /etc/systemd/system/${app.prefix}* 2>&1 || true`)).not.toMatch(
			/^\//m,
		);
	});

	it('without access to the journal does everything else, and is told what is missing', async () => {
		await allow('plain', '/usr/bin/systemd-stdio-bridge, /bin/sh');
		const app = await systemdApp(host, WORKER, { user: 'plain' });
		const client = await app.connect();
		expect(await client.start()).toMatchObject([{ outcome: 'done', reason: null }]);
		expect(await client.scaleTo('worker', 2)).toMatchObject([{ outcome: 'done', reason: null }]);
		const { problems, history } = await client.observation();
		expect(problems.map(({ message }) => message)).toEqual([
			'plain may not read the journal: no logs and no history (`usermod -aG systemd-journal plain` there, as root)',
		]);
		// What this client did itself it knows.
		expect(history.map(({ verb }) => verb)).toEqual(['start', 'scale']);
		await expect(client.log()).rejects.toMatchObject({ code: 'refused' });
	});
});

describe('the user scope', () => {
	it('needs no sudo, and goes on over a reboot', async () => {
		const app = await systemdApp(host, WORKER, { user: 'plain', scope: 'user' });
		await host.run('loginctl enable-linger plain');
		const client = await app.connect();
		await doesEverything(client);
		await isInHistory(await app.connect());
		expect((await client.observation()).problems).toEqual([]);
		expect(await host.run('ls -d /etc/procdeck 2>/dev/null || true')).toBe('');
		await client.start('worker.2');
		await host.reboot();
		const back = await (await app.connect()).watch();
		await back.instance('worker.2', ({ state }) => state === 'running', 'to run again');
	});

	it('without lingering says that everything ends with the last login', async () => {
		const app = await systemdApp(host, WORKER, { user: 'plain', scope: 'user' });
		const client = await app.connect();
		await client.start();
		const { problems } = await client.observation();
		expect(problems.map(({ message }) => message)).toEqual([
			'what plain runs ends with the last login, and does not begin with the boot (`loginctl enable-linger plain` there, as root)',
		]);
	});
});

describe('a server', () => {
	it('without systemd says so at once', async () => {
		const app = await systemdApp(host, WORKER);
		await host.run('mv /run/systemd/system /run/systemd/hidden');
		onTestFinished(async () => void (await host.run('mv /run/systemd/hidden /run/systemd/system')));
		const client = await app.connect();
		const refusal = { code: 'refused', message: expect.stringMatching(/^here has no systemd/) };
		await expect(client.scaleTo('worker', 1)).rejects.toMatchObject(refusal);
		await expect(client.log()).rejects.toMatchObject(refusal);
		const [connection, systemd] = await client.server.examine();
		expect(connection).toMatchObject({ severity: 'fine' });
		expect(systemd).toMatchObject({ check: 'systemd', severity: 'fatal' });
	});

	it('that allows two sessions a connection is as good as any', async () => {
		const app = await systemdApp(host, WORKER);
		await host.sshd({ MaxSessions: '2' });
		const client = await app.connect();
		const controller = new AbortController();
		const query = { selectors: [], follow: true, lines: null, since: null };
		const lines = client.server.logs(query, controller.signal)[Symbol.asyncIterator]();
		onTestFinished(() => controller.abort());
		await lines.next();
		await doesEverything(client);
		expect((await lines.next()).value).not.toEqual([]);
	});
});
