import { describe, expect, it } from 'vitest';
import type { ChangeRow } from '../../src/model/change.ts';
import { select } from '../contract/client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BalancedApp, type BalancedServer, balancedApp, procfile } from './balanced-app.ts';

/** The states of the backends, by `a/web.1`. */
function states({ watch }: BalancedApp): Record<string, string> {
	return Object.fromEntries(
		watch.latest.backends.map(({ server, instance, state }) => [`${server}/${instance}`, state]),
	);
}

async function allHealthy(app: BalancedApp, ...names: readonly string[]): Promise<void> {
	await waitFor(() => {
		const now = states(app);
		return names.length === Object.keys(now).length && names.every((name) => now[name] === 'healthy');
	}, `${names} to be healthy`);
}

async function pids({ plain }: BalancedServer): Promise<(number | null)[]> {
	const { instances } = await plain.observation();
	return instances.filter(({ type }) => type === 'web').map(({ pid }) => pid);
}

/** Restarts web, for which whatever is not healthy has little time. */
function restartSoon({ client }: BalancedServer): Promise<ChangeRow[]> {
	const change = { verb: 'restart', selectors: select('web'), staleOnly: false, atOnce: false } as const;
	return client.apply(
		{ ...change, shell: { ...process.env } as Record<string, string> },
		{ timeoutMs: 5_000 },
	);
}

describe('a restart of web', () => {
	it('loses no request where each of two servers has one instance, and both are restarted at once', async () => {
		const app = await balancedApp({ counts: [1, 1] });
		await allHealthy(app, 'a/web.1', 'b/web.1');
		const before = [await pids(app.a), await pids(app.b)];
		const load = app.load();
		const rows = await Promise.all([app.a, app.b].map(({ client }) => client.restart(['web'])));
		expect((await load.stop()).failed).toEqual([]);
		expect(rows.flat()).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
		const after = [await pids(app.a), await pids(app.b)];
		expect(after).not.toContainEqual(before[0]);
		expect(after).not.toContainEqual(before[1]);
		// Each had the other one: none was added.
		expect(Object.keys(load.result.byInstance).sort()).toEqual(['a/web.1', 'b/web.1']);
	});

	it('ends where what comes back is not healthy, so that the others go on with what works', async () => {
		const app = await balancedApp({ counts: [2, 0] });
		await allHealthy(app, 'a/web.1', 'a/web.2');
		const [, second] = await pids(app.a);
		const load = app.load();
		await app.write('Procfile', procfile('UNHEALTHY=yes '));
		const rows = await restartSoon(app.a);
		expect(rows).toMatchObject([
			{
				type: 'web',
				outcome: 'failed',
				reason: expect.stringMatching(
					/^web\.1 of a was not healthy within 5 s: GET \/health .* 503; 1 left as they were$/,
				),
			},
		]);
		expect((await pids(app.a))[1]).toBe(second);
		expect((await load.stop()).failed).toEqual([]);
	});

	it('of the only one that answers leaves it where the next one does not come up, and nothing behind', async () => {
		const app = await balancedApp({ counts: [1, 0] });
		await allHealthy(app, 'a/web.1');
		const before = await pids(app.a);
		const load = app.load();
		await app.write('Procfile', procfile('UNHEALTHY=yes '));
		const rows = await restartSoon(app.a);
		expect(rows).toMatchObject([
			{ outcome: 'failed', reason: expect.stringMatching(/^web\.1 was not restarted/) },
		]);
		expect(await pids(app.a)).toEqual(before);
		expect(await app.running(app.a)).toEqual(['web.1']);
		await allHealthy(app, 'a/web.1');
		expect((await load.stop()).failed).toEqual([]);
	});

	it('needs no further one where nothing answers anyhow', async () => {
		const app = await balancedApp({ counts: [1, 0], healthCheck: '/fails' });
		await waitFor(() => states(app)['a/web.1'] === 'unhealthy', 'it to be unhealthy');
		const [before] = await pids(app.a);
		const rows = await restartSoon(app.a);
		expect(rows).toMatchObject([{ outcome: 'done' }]);
		expect((await pids(app.a))[0]).not.toBe(before);
	});

	it('gives what was stopped traffic again', async () => {
		const app = await balancedApp({ counts: [2, 0] });
		await app.a.client.stop('web.2');
		await allHealthy(app, 'a/web.1');
		await app.a.client.restart(['web']);
		await allHealthy(app, 'a/web.1', 'a/web.2');
	});

	it('takes away what one that was broken off has left', async () => {
		const app = await balancedApp({ counts: [1, 1] });
		await app.a.plain.apply({ verb: 'surge', type: 'web', on: true });
		expect(await app.running(app.a)).toEqual(['web.1', 'web.2']);
		await app.a.client.restart(['web']);
		expect(await app.running(app.a)).toEqual(['web.1']);
		await allHealthy(app, 'a/web.1', 'b/web.1');
	});
});
