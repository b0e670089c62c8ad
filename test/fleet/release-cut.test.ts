import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { changesOf, type ReleaseApp, releaseApp } from './release-app.ts';

const HOSTS = ['web1', 'web2'];
const web2 = fleetHost('web2');
const WAITS = 'until [ -e /tmp/go ]; do sleep 0.1; done';

async function appWith(
	settings: string,
	procfile = 'worker: exec /srv/fixtures/runs\n',
): Promise<ReleaseApp> {
	const ssh = ['ServerAliveInterval=1', 'ServerAliveCountMax=2'];
	const app = await releaseApp({ procfile, hosts: HOSTS, settings, ssh });
	for (const host of HOSTS) await fleetHost(host).run('rm -f /tmp/go');
	await app.commit('first', {});
	return app;
}

/** Once the server has seen that nobody is there any more. */
async function isFreed({ name }: ReleaseApp): Promise<void> {
	const free = `flock --nonblock /run/procdeck/${name}.development/release.lock true && echo free || echo held`;
	await waitFor(async () => (await web2.run(free)) === 'free', 'the lock to be free');
}

const workerOf = ({ name }: ReleaseApp, host: string) =>
	fleetHost(host).run(`systemctl show --property=MainPID --value procdeck.${name}.development.worker@1`);

async function isEverywhere(app: ReleaseApp, id: string): Promise<void> {
	for (const host of HOSTS) expect([await app.current(host), await app.kept(host)]).toEqual([id, [id]]);
}

const UNREACHABLE = [
	1,
	[
		{ server: 'web1', outcome: 'failed', reason: 'not released, because it failed on web2' },
		{ server: 'web2', outcome: 'unreachable', code: 'unreachable' },
	],
];

it('takes its time over a slow line, and is not given up for lost', async () => {
	const app = await appWith('');
	await app.commit('large', { large: randomBytes(2_500_000).toString('base64') });
	await web2.shape({ roundTripMs: 50, rateKbit: 1_000 });
	const running = app.begin('--server', 'web2');
	expect(await running.result()).toMatchObject({ exitCode: 0 });
	await web2.unshape();
	expect(await app.there('web2', 'wc -c <current/large')).toBe('3333336');
});

describe('a connection that is lost', () => {
	it('while it copies: nothing is released, and the next release mends what is left', async () => {
		const app = await appWith('');
		await app.commit('large', { large: randomBytes(3_000_000).toString('base64') });
		await web2.shape({ roundTripMs: 20, rateKbit: 2_000 });
		const running = app.begin();
		await running.says('web2  copying');
		await waitFor(() => app.there('web2', 'stat -c %s releases/*/large 2>/dev/null || true'), 'some of it');
		await web2.cut();
		const { exitCode, ...lost } = await running.result();
		expect([exitCode, changesOf(lost)]).toMatchObject(UNREACHABLE);
		expect([await app.current('web1'), await app.kept('web1')]).toEqual(['', []]);
		await isFreed(app);
		await web2.heal();
		await web2.unshape();
		await isEverywhere(app, await app.released());
	});

	it('in the setup: nothing is released, and what ran there has ended', async () => {
		const app = await appWith(`setup: ["${WAITS}"]\n`);
		const running = app.begin();
		await running.says('web2  setup');
		await fleetHost('web1').run('touch /tmp/go');
		await waitFor(() => web2.run('pgrep -u deploy -x sleep || true'), 'the setup to run');
		await web2.cut();
		const { exitCode, ...lost } = await running.result();
		expect([exitCode, changesOf(lost)]).toMatchObject(UNREACHABLE);
		expect([await app.current('web1'), await app.kept('web1')]).toEqual(['', []]);
		await isFreed(app);
		await waitFor(async () => (await web2.run('pgrep -u deploy -x sleep || true')) === '', 'it to end');
		await web2.heal();
		await web2.run('touch /tmp/go');
		await isEverywhere(app, await app.released());
	});

	it('in the switch: it goes on when it is back', async () => {
		const { app, id, running } = await inTheSwitch();
		await web2.cut();
		await isFreed(app);
		await web2.run('touch /tmp/go');
		await web2.heal();
		const { exitCode, ...done } = await running.result();
		expect([exitCode, changesOf(done)]).toMatchObject([
			0,
			HOSTS.map((server) => ({ server, from: id, outcome: 'done' })),
		]);
		await isReleased(app, id);
	});
});

it('is killed in the switch, and the next release mends it', async () => {
	const { app, id, running } = await inTheSwitch();
	running.kill('SIGKILL');
	await running.result();
	await web2.run('touch /tmp/go');
	await isFreed(app);
	expect((await app.release()).exitCode).toBe(0);
	await isReleased(app, id);
});

/** A second release, whose worker has been restarted and is not ready on web2. */
async function inTheSwitch() {
	const app = await appWith(
		'processes:\n  worker: { ready: { log: "^ready$", timeout: 60 } }\n',
		`worker: ${WAITS}; echo ready; exec /srv/fixtures/runs\n`,
	);
	for (const host of HOSTS) await fleetHost(host).run('touch /tmp/go');
	const id = await app.released();
	await app.change('scale', 'worker=2', '--all');
	await web2.run('rm /tmp/go');
	const before = await workerOf(app, 'web2');
	await app.commit('second', { text: 'two\n' });
	const running = app.begin();
	await waitFor(async () => !['0', before].includes(await workerOf(app, 'web2')), 'a worker to start');
	return { app, id, running };
}

async function isReleased(app: ReleaseApp, before: string): Promise<void> {
	const id = await app.current('web1');
	expect(id).not.toBe(before);
	for (const host of HOSTS) {
		expect(await app.current(host)).toBe(id);
		const instance = { release: id, stale: false, state: 'running' };
		expect((await app.server(host)).processes).toMatchObject([{ instances: [instance, instance] }]);
	}
}
