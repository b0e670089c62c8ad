import { expect, it } from 'vitest';
import { HttpLoad } from '../support/http-load.ts';
import { waitFor } from '../support/wait-for.ts';
import { binaryStack, binaryStackOf } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';

interface LoadBalancerJson {
	readonly backends: readonly { readonly server: string }[];
}

it('loses no request while servers are switched, and web is restarted, scaled and moved', async () => {
	const balancer = fleetHost('jobs1');
	const stack = await binaryStack(
		'web: INSTANCE=$PS exec node /srv/fixtures/serves-web.js\n',
		'web1',
		'web2',
		'jobs1',
	);
	for (const server of ['web1', 'web2']) await stack.change('scale', 'web=2', '--server', server);
	await stack.change('lb', 'add', 'jobs1', '--port', '8080', '--yes');
	const url = `http://${balancer.address}:8080/`;
	const loads = [true, false].map((keepAlive) => new HttpLoad({ url, keepAlive }));
	for (const change of [
		['serve', 'web2', 'off'],
		['serve', 'web2', 'on'],
		['restart', 'web', '--server', 'web1'],
		['scale', 'web=1', '--server', 'web1'],
		['move', 'web', '--from', 'web2', '--to', 'web1', '--count', '1'],
		['scale', 'web=0', '--server', 'web2'],
		['scale', 'web=1', '--server', 'web1'],
		// The only one: another one answers meanwhile.
		['restart', 'web', '--server', 'web1'],
	])
		await stack.change(...change);
	for (const load of loads) expect((await load.stop()).failed).toEqual([]);
	expect((await stack.procdeck('lb', '--json')).json()).toMatchObject({
		server: 'jobs1',
		kind: 'haproxy',
		drift: [],
		backends: expect.arrayContaining([
			expect.objectContaining({ server: 'web1', serving: true, healthy: 1, instances: 1 }),
			expect.objectContaining({ server: 'web2', serving: true, healthy: 0, instances: 0 }),
		]),
	});
	expect(await fleetHost('web1').run('systemctl list-units --plain --no-legend "procdeck*web@*"')).toMatch(
		/^\S+web@1\.service[^\n]*$/,
	);

	await stack.change('lb', 'remove', '--yes');
	expect(await balancer.run('ls -d /etc/procdeck* 2>/dev/null || true')).toBe('');
});

it('drains a server under load before it is removed, forgets it, and asks for more than a yes for the last one', async () => {
	const stack = await binaryStackOf({
		procfile: 'web: INSTANCE=$PS exec node /srv/fixtures/serves-web.js\n',
		hosts: ['web1', 'web2', 'jobs1'],
		// It ends no request before it goes.
		settings: 'processes:\n  web: { stop: [KILL] }\n',
	});
	for (const server of ['web1', 'web2']) await stack.change('scale', 'web=2', '--server', server);
	await stack.change('lb', 'add', 'jobs1', '--port', '8080', '--yes');
	const url = `http://${fleetHost('jobs1').address}:8080`;
	const loads = [
		new HttpLoad({ url: `${url}/` }),
		new HttpLoad({ url: `${url}/`, keepAlive: false }),
		// Each is under way when its server is to go.
		new HttpLoad({ url: `${url}/slow?ms=1000` }),
	];
	await waitFor(() => loads.every(({ result }) => result.answered > 10), 'answers');
	await stack.change('server', 'remove', 'web2', '--yes');
	const lb = async () => (await stack.procdeck('lb', '--json')).json<LoadBalancerJson>();
	expect((await lb()).backends.map(({ server }) => server)).toEqual(['web1', 'jobs1']);
	expect(await fleetHost('web2').run('systemctl list-units --plain --no-legend "procdeck*"')).toBe('');

	const refused = await stack.procdeck('server', 'remove', 'web1', '--yes', '--json');
	expect(refused.exitCode).toBe(1);
	expect(refused.json()).toMatchObject({
		error: { code: 'refused', hint: expect.stringContaining('--force') },
	});
	for (const load of loads) expect((await load.stop()).failed).toEqual([]);
	expect((await stack.server('web1')).processes[0]).toMatchObject({ running: 2 });

	// One that is added again does not serve because it did so before.
	await stack.change('server', 'add', 'web2', 'deploy@web2', '--yes');
	await stack.change('scale', 'web=1', '--server', 'web2');
	await stack.change('server', 'remove', 'web1', '--keep', '--force', '--yes');
	expect(await lb()).toMatchObject({
		drift: [],
		backends: [
			{ server: 'jobs1', serving: false },
			{ server: 'web2', serving: false, instances: 1 },
		],
	});
	expect(
		await fleetHost('web1').run('systemctl list-units --plain --no-legend "procdeck*web@*" | wc -l'),
	).toBe('2');
});
