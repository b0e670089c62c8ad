import { expect, it } from 'vitest';
import { HttpLoad } from '../support/http-load.ts';
import { binaryStack } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';

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
