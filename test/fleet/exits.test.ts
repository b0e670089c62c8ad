import { expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web2');

it('how instances ended is told to who connects later, though systemd has forgotten it', async () => {
	const app = await systemdApp(host, { Procfile: 'worker: /srv/fixtures/runs\n' });
	const first = await app.connect();
	await first.start();
	const { pid } = await first.instance('worker.1');
	await host.run(`kill -s KILL ${pid}`);
	await waitFor(async () => (await first.instance('worker.1')).restarts === 1, 'the restart');
	const later = await app.connect();
	const told = await later.instance('worker.1');
	expect(told).toMatchObject({ state: 'running', restarts: 1, lastExit: { code: null, signal: 'SIGKILL' } });
	expect(told.recentExits).toHaveLength(1);
});
