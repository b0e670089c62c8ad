import { expect, it } from 'vitest';
import { HttpLoad } from '../support/http-load.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { changesOf, releaseApp } from './release-app.ts';

const SERVES = 'INSTANCE="$(cat version) $PS" exec node /srv/fixtures/serves-web.js\n';

it('loses no request: a release, a bad one that goes back, and a rollback', async () => {
	const hosts = ['web1', 'web2'];
	const app = await releaseApp({
		procfile: `web: ${SERVES}`,
		hosts: [...hosts, 'jobs1'],
		settings: 'processes:\n  web: { ready: { http: /health, timeout: 5 } }\n',
	});
	await app.commit('first', { version: 'v1' });
	const first = await app.released();
	await app.change('scale', 'web=2', '--server', 'web1');
	// The only one there: another one answers while it is replaced.
	await app.change('scale', 'web=1', '--server', 'web2');
	await app.change('lb', 'add', 'jobs1', '--port', '8080', '--yes');
	const url = `http://${fleetHost('jobs1').address}:8080`;
	const loads = [
		new HttpLoad({ url: `${url}/` }),
		new HttpLoad({ url: `${url}/`, keepAlive: false }),
		// Each is under way when its instance is to go.
		new HttpLoad({ url: `${url}/slow?ms=1000` }),
	];
	const versions = () => {
		const named = loads.flatMap(({ result }) => Object.keys(result.byInstance));
		return [...new Set(named.map((name) => name.split(' ')[0]))];
	};
	const answers = () => waitFor(() => loads.every(({ result }) => result.answered > 20), 'answers');
	await answers();

	await app.commit('second', { version: 'v2' });
	const second = await app.released();
	for (const load of loads) load.restartCount();
	await answers();
	expect(versions()).toEqual(['v2']);

	await app.commit('third', { version: 'v3', Procfile: `web: UNHEALTHY=1 ${SERVES}` });
	const bad = await app.release();
	expect([bad.exitCode, changesOf(bad)]).toMatchObject([
		1,
		[...hosts.map((server) => ({ server, outcome: 'failed', reason: expect.stringMatching(/back on/) })), {}],
	]);
	for (const host of [...hosts, 'jobs1']) expect(await app.current(host)).toBe(second);
	for (const load of loads) load.restartCount();
	await answers();
	expect(versions()).toEqual(['v2']);

	await app.git('checkout', '--quiet', 'HEAD~1');
	expect((await app.release('rollback')).exitCode).toBe(0);
	for (const host of hosts) expect(await app.current(host)).toBe(first);
	for (const load of loads) load.restartCount();
	await answers();
	expect(versions()).toEqual(['v1']);
	for (const load of loads) expect((await load.stop()).failed).toEqual([]);
});
