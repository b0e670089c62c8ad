import { describe, expect, it } from 'vitest';
import { fleetHost } from './fleet-host.ts';
import { changesOf, type ReleaseApp, releaseApp } from './release-app.ts';

const HOSTS = ['web1', 'web2', 'jobs1'];
const WORKER = 'worker: exec /srv/fixtures/runs\n';

async function pidsOf(app: ReleaseApp): Promise<Record<string, number | null>> {
	const { servers } = await app.ps();
	return Object.fromEntries(
		servers.flatMap(({ name: server, processes }) =>
			processes.flatMap(({ instances }) => instances.map(({ name, pid }) => [`${name}@${server}`, pid])),
		),
	);
}

describe('what fails before the switch', () => {
	it('leaves everything as it was on all servers: the setup of the second of three', async () => {
		const app = await releaseApp({
			procfile: WORKER,
			hosts: HOSTS,
			settings:
				'setup: \'if [ -e "fails-on-$PROCDECK_SERVER" ]; then echo "no \u001b[31mgems"; exit 3; fi; touch installed\'\n',
		});
		await app.commit('first', {});
		const first = await app.released();
		await app.change('scale', 'worker=1', '--all');
		const before = await pidsOf(app);

		await app.commit('second', { 'fails-on-web2': '' });
		const failed = await app.release();
		expect(failed.exitCode).toBe(1);
		const elsewhere = { outcome: 'failed', reason: 'not released, because it failed on web2' };
		expect(changesOf(failed)).toMatchObject([
			{ server: 'web1', from: first, ...elsewhere },
			{ server: 'web2', from: first, outcome: 'failed', reason: expect.stringContaining('exit 3') },
			{ server: 'jobs1', from: first, ...elsewhere },
		]);
		expect(failed.stderr).toMatch(/web2 +\| no gems/);
		for (const host of HOSTS) {
			expect([await app.current(host), await app.kept(host)]).toEqual([first, [first]]);
			expect((await app.there(host, 'ls .procdeck/made')).split('\n')).toEqual([
				`${first}.copied`,
				`${first}.json`,
				`${first}.manifest`,
			]);
		}
		expect(await pidsOf(app)).toEqual(before);

		await app.commit('third', { 'fails-on-web2': null, text: 'mended\n' });
		const third = await app.released();
		for (const host of HOSTS) expect(await app.current(host)).toBe(third);
	});

	it('leaves everything as it was on all servers: the `release:` command', async () => {
		const app = await releaseApp({ procfile: `release: ./migrate\n${WORKER}`, hosts: ['web1', 'web2'] });
		await app.commit('first', { migrate: '#!/bin/sh\necho the database is away >&2\nexit 4\n' });
		await app.git('update-index', '--chmod=+x', 'migrate');
		await app.git('commit', '--quiet', '--amend', '--message=first');
		await app.git('checkout', '--', 'migrate');
		const failed = await app.release();
		expect(changesOf(failed)).toMatchObject([
			{ server: 'web1', outcome: 'failed', reason: expect.stringContaining('`./migrate` ended with exit 4') },
			{ server: 'web2', outcome: 'failed', reason: 'not released, because it failed on web1' },
		]);
		expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('the database is away')]);
		for (const host of ['web1', 'web2'])
			expect([await app.current(host), await app.kept(host)]).toEqual(['', []]);
	});
});

describe('what fails in the switch', () => {
	it('brings back the release before everywhere, with its units, and disturbs one instance of a type', async () => {
		const hosts = ['web1', 'web2'];
		const app = await releaseApp({
			procfile: `web: INSTANCE=$PS exec node /srv/fixtures/serves-web.js\nmail: exec /srv/fixtures/runs\n`,
			hosts,
			settings: 'processes:\n  web: { ready: { http: /health, timeout: 3 } }\n',
		});
		await app.commit('first', {});
		const first = await app.released();
		await app.commit('second', { text: 'two\n' });
		const second = await app.released();
		await app.change('scale', 'web=3', 'mail=1', '--all');
		const before = await pidsOf(app);

		await app.commit('third', {
			Procfile: `web: UNHEALTHY=1 INSTANCE=$PS exec node /srv/fixtures/serves-web.js\nnews: exec /srv/fixtures/runs\n`,
		});
		const failed = await app.release();
		expect(failed.exitCode).toBe(1);
		expect(changesOf(failed)).toMatchObject(
			hosts.map((server) => ({
				server,
				from: second,
				outcome: 'failed',
				reason: expect.stringMatching(new RegExp(`(not ready|failed on web).*back on ${second}$`)),
			})),
		);
		const after = await pidsOf(app);
		const others = (name: string) => !name.startsWith('web.1@');
		expect(Object.keys(after)).toEqual(Object.keys(before));
		for (const name of Object.keys(before).filter(others))
			expect([name, after[name]]).toEqual([name, before[name]]);
		for (const host of hosts) {
			expect(await app.current(host)).toBe(second);
			const units = `cat /etc/procdeck/${app.name}.development/run/* /etc/systemd/system/procdeck.${app.name}.*`;
			expect(await fleetHost(host).run(`${units} 2>/dev/null || true`)).not.toMatch(/UNHEALTHY|news/);
			const { processes } = await app.server(host);
			expect(processes.map(({ running }) => running).reduce((sum, running) => sum + running)).toBe(4);
			for (const { instances } of processes)
				for (const instance of instances)
					expect(instance).toMatchObject({ release: second, state: 'running' });
		}
		const { history } = (await app.procdeck('history', '--json')).json<{ history: readonly object[] }>();
		expect(history).toContainEqual(
			expect.objectContaining({ verb: 'release', server: 'web1', outcome: 'failed' }),
		);

		// The one that failed is none to go back to.
		await app.git('checkout', '--quiet', 'HEAD~1');
		expect((await app.release('rollback')).json()).toMatchObject({
			changes: hosts.map((server) => ({ server, from: second, to: first, outcome: 'done' })),
		});
	});

	it('brings back what was put there by hand before the first release', async () => {
		const app = await releaseApp({ procfile: 'worker: exec ./work\n', hosts: ['web1'] });
		await app.there('web1', 'ln -s /srv/fixtures/runs work');
		await app.change('scale', 'worker=2');
		const before = await pidsOf(app);
		await app.commit('first', { text: 'no work\n' });
		const failed = await app.release();
		expect([failed.exitCode, changesOf(failed)]).toMatchObject([
			1,
			[
				{
					server: 'web1',
					from: null,
					outcome: 'failed',
					reason: expect.stringMatching(/back on what was there/),
				},
			],
		]);
		const { processes, release } = await app.server('web1');
		expect([release, await app.current('web1')]).toEqual([null, '']);
		expect(processes).toMatchObject([{ running: 2, instances: [{ release: null }, { release: null }] }]);
		expect((await pidsOf(app))['worker.2@web1']).toBe(before['worker.2@web1']);
		expect((await app.release('rollback')).json()).toMatchObject({ error: { code: 'usage' } });

		await app.commit('second', { work: '#!/bin/sh\nexec /srv/fixtures/runs\n' });
		await app.git('update-index', '--chmod=+x', 'work');
		await app.git('commit', '--quiet', '--message=third');
		await app.git('checkout', '--', 'work');
		await app.released();
		expect((await app.server('web1')).processes).toMatchObject([{ running: 2 }]);
		// None at all was before it.
		expect((await app.release('rollback')).json()).toMatchObject({ error: { code: 'usage' } });
	});
});
