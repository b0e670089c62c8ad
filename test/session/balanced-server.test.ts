import { describe, expect, it } from 'vitest';
import { ask } from '../contract/balancer-requests.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BalancedApp, balancedApp } from './balanced-app.ts';

/** The backends that are healthy. */
function healthy({ watch }: BalancedApp): string[] {
	const { backends } = watch.latest;
	return backends.flatMap(({ server, instance, state }) =>
		state === 'healthy' ? [`${server}/${instance}`] : [],
	);
}

async function untilHealthy(app: BalancedApp, ...names: readonly string[]): Promise<void> {
	await waitFor(
		() => names.length === healthy(app).length && names.every((name) => healthy(app).includes(name)),
		`${names} to be healthy`,
	);
}

/** Whether a request is answered; one that is cut is not. */
async function asked(url: string): Promise<'answered' | 'cut'> {
	return ask(url).then(
		() => 'answered',
		() => 'cut',
	);
}

describe('a server behind a load balancer', () => {
	it('makes what a change starts a backend, and takes away what it ends, without a failed request', async () => {
		const app = await balancedApp({ counts: [1, 1] });
		await untilHealthy(app, 'a/web.1', 'b/web.1');
		const load = app.load();
		await app.b.client.scaleTo('web', 2);
		await untilHealthy(app, 'a/web.1', 'b/web.1', 'b/web.2');
		await app.a.client.stop('web');
		await untilHealthy(app, 'b/web.1', 'b/web.2');
		await app.a.client.start('web');
		await app.b.client.apply({ verb: 'pause', types: ['web'] });
		await untilHealthy(app, 'a/web.1');
		await app.b.client.apply({ verb: 'resume', types: [] });
		await untilHealthy(app, 'a/web.1', 'b/web.1', 'b/web.2');
		expect((await load.stop()).failed).toEqual([]);
	});

	it('waits for what is under way, and tells how much it had to cut', async () => {
		const app = await balancedApp({ counts: [1, 1], drainTimeoutMs: 500 });
		await untilHealthy(app, 'a/web.1', 'b/web.1');
		const slow = [1, 2].map(() => asked(`${app.url}slow?ms=60000`));
		const sessions = () => app.watch.latest.backends.map((backend) => backend.sessions);
		await waitFor(() => sessions().every((count) => count === 1), 'one request on each');
		const told: string[] = [];
		const onProgress = (_: number, __: number, current: readonly string[] = []) => told.push(...current);
		const rows = await app.b.client.scaleTo('web', 0, { onProgress });
		expect(rows).toMatchObject([{ outcome: 'done', reason: '1 session was cut after the drain timeout' }]);
		expect(told).toContain('web drains, 1 left');
		expect(await Promise.race(slow)).toBe('cut');
	});

	it('leaves other types to the server alone', async () => {
		const app = await balancedApp({ counts: [1, 0] });
		await app.balancer.close();
		const rows = await app.a.client.scaleTo('worker', 1);
		expect(rows).toMatchObject([{ type: 'worker', to: 1, outcome: 'done' }]);
	});

	it('that has the load balancer takes it down with it, after a drain, and back', async () => {
		const app = await balancedApp({ counts: [1, 0] });
		await untilHealthy(app, 'a/web.1');
		const slow = asked(`${app.url}slow?ms=1000`);
		await waitFor(() => app.watch.latest.backends[0]?.sessions === 1, 'the request to be under way');
		await app.a.client.apply({ verb: 'down' });
		expect(await slow).toBe('answered');
		await expect(ask(app.url)).rejects.toThrow();
		await app.a.client.start();
		await waitFor(async () => (await ask(app.url)).status === 200, 'an answer');
	});

	it('changes web also where the load balancer does not run, which learns it when it is back', async () => {
		const app = await balancedApp({ counts: [1, 1] });
		await untilHealthy(app, 'a/web.1', 'b/web.1');
		await app.a.client.apply({ verb: 'down' });
		await waitFor(() => app.watch.latest.connection === 'stopped', 'it to be told');
		expect(await app.b.client.scaleTo('web', 2)).toMatchObject([{ outcome: 'done' }]);
		await app.a.client.start();
		await app.b.client.restart(['web']);
		await untilHealthy(app, 'a/web.1', 'b/web.1', 'b/web.2');
	});
});
