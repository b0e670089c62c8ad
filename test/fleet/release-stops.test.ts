import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { changesOf, type ReleaseApp, releaseApp } from './release-app.ts';

const WAITS = 'setup:\n  - until [ -e ../../go ]; do sleep 0.1; done\n';

async function appWith(
	settings: string,
	procfile = 'worker: exec /srv/fixtures/runs\n',
): Promise<ReleaseApp> {
	const app = await releaseApp({ procfile, hosts: ['web1', 'web2'], settings });
	await app.commit('first', {});
	return app;
}

const isFree = ({ name }: ReleaseApp, host: string) =>
	fleetHost(host).run(
		`flock --nonblock /run/procdeck/${name}.development/release.lock true && echo free || echo held`,
	);

const runningThere = (host: string) =>
	fleetHost(host).run('pgrep -u deploy -x "tar|sleep|gzip|sh" -a || true');

const workerOf = ({ name }: ReleaseApp) =>
	fleetHost('web2').run(`systemctl show --property=MainPID --value procdeck.${name}.development.worker@1`);

/** Nothing of a release is there, and nobody is at work on one. */
async function isClean(app: ReleaseApp, first: string): Promise<void> {
	for (const host of ['web1', 'web2']) {
		await waitFor(async () => (await isFree(app, host)) === 'free', 'the lock to be free');
		expect([await app.current(host), await app.kept(host)]).toEqual([first, first === '' ? [] : [first]]);
	}
}

describe('one that is stopped', () => {
	it('while it copies, leaves nothing', async () => {
		const app = await appWith('');
		await app.commit('large', { large: randomBytes(3_000_000).toString('base64') });
		await fleetHost('web2').shape({ roundTripMs: 20, rateKbit: 2_000 });
		const running = app.begin();
		await running.says('web2  copying');
		await waitFor(() => app.there('web2', 'stat -c %s releases/*/large 2>/dev/null || true'), 'some of it');
		running.kill('SIGINT');
		const stopped = await running.result();
		expect([stopped.exitCode, changesOf(stopped)]).toMatchObject([
			1,
			[
				{ server: 'web1', outcome: 'failed' },
				{ server: 'web2', outcome: 'failed', reason: expect.stringContaining('it was stopped') },
			],
		]);
		await fleetHost('web2').unshape();
		await isClean(app, '');
		await app.released();
	});

	it('in its setup, leaves nothing and nothing that runs', async () => {
		const app = await appWith(WAITS);
		const running = app.begin();
		await running.says('web1  setup');
		await running.says('web2  setup');
		await waitFor(() => runningThere('web2'), 'the setup to run');
		running.kill('SIGINT');
		const stopped = await running.result();
		const row = { from: null, outcome: 'failed', reason: expect.stringContaining('it was stopped') };
		expect([stopped.exitCode, changesOf(stopped)]).toMatchObject([
			1,
			[
				{ server: 'web1', ...row },
				{ server: 'web2', ...row },
			],
		]);
		await waitFor(async () => (await runningThere('web2')) === '', 'the setup to have ended');
		await isClean(app, '');
	});

	it('in the switch, brings back the release before', async () => {
		const app = await appWith(
			'processes:\n  worker: { ready: { log: "^ready$", timeout: 20 } }\n',
			'worker: until [ -e go ]; do sleep 0.1; done; echo ready; exec /srv/fixtures/runs\n',
		);
		await app.commit('goes', { go: '' });
		const first = await app.released();
		await app.change('scale', 'worker=1', '--all');
		await app.commit('waits', { go: null });
		const before = await workerOf(app);
		const running = app.begin();
		await waitFor(async () => !['0', before].includes(await workerOf(app)), 'a worker to start');
		running.kill('SIGINT');
		await running.says('web2  is to stop');
		const stopped = await running.result();
		const row = { from: first, outcome: 'failed', reason: expect.stringContaining(`back on ${first}`) };
		expect([stopped.exitCode, changesOf(stopped)]).toMatchObject([
			1,
			[
				{ server: 'web1', ...row },
				{ server: 'web2', ...row },
			],
		]);
		for (const host of ['web1', 'web2']) {
			expect(await app.current(host)).toBe(first);
			expect((await app.server(host)).processes).toMatchObject([
				{ running: 1, instances: [{ release: first }] },
			]);
		}
	});
});

describe('two at once', () => {
	it('do not meet: the second one is told who is at it, until that one ends, however that is', async () => {
		const app = await appWith(WAITS);
		const running = app.begin();
		await running.says('web2  setup');
		const second = await app.release('--server', 'web2');
		expect([second.exitCode, second.json()]).toMatchObject([
			1,
			{ error: { code: 'conflict', message: expect.stringMatching(/^web2: .*\S+@\S+ since \d+:\d+:\d+/) } },
		]);
		// Neither does it take what it could have.
		expect((await app.release()).json()).toMatchObject({ error: { code: 'conflict' } });
		running.kill('SIGKILL');
		await running.result();
		for (const host of ['web1', 'web2']) {
			await waitFor(async () => (await isFree(app, host)) === 'free', 'the lock to be free');
			await app.there(host, 'touch go');
		}
		const id = await app.released();
		for (const host of ['web1', 'web2'])
			expect([await app.current(host), await app.kept(host)]).toEqual([id, [id]]);
	});
});
