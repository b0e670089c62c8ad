import { describe, expect, it } from 'vitest';
import type { ChangeRow } from '../../src/model/change.ts';
import { typeIn } from '../contract/client.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { onHost } from './on-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web2');
const RUNS = '/srv/fixtures/runs';

const APP = {
	Procfile: `web: ${RUNS}\nworker: ${RUNS}\nmailer: ${RUNS}\nclock: ${RUNS}\n`,
};

describe('many process types', () => {
	it('start and restart at once: systemd takes only so many questions at a time', async () => {
		const lines = Array.from({ length: 60 }, (_, number) => `t${number}: sleep ${100_000 + number}\n`);
		const client = await (await systemdApp(host, { Procfile: lines.join('') })).connect();
		const bad = (rows: readonly ChangeRow[]) => rows.filter(({ outcome }) => outcome !== 'done');
		expect(bad(await client.start())).toEqual([]);
		expect(bad(await client.restart([]))).toEqual([]);
		const { instances } = await client.observation();
		expect(instances.filter(({ state }) => state === 'running')).toHaveLength(60);
	});
});

describe('a reboot of a server', () => {
	it('brings back exactly what was wanted, and whoever watched sees it by himself', async () => {
		const app = await systemdApp(host, APP);
		const client = await app.connect();
		await client.start();
		await client.scale({ type: 'worker', to: 3, expected: null }, { type: 'web', to: 2, expected: null });
		await client.scaleTo('worker', 2);
		await client.stop('web.2');
		await client.stop('clock');
		await client.apply({ verb: 'pause', types: ['mailer'] });
		const watch = await client.watch();
		const before = watch.observation;
		expect(before.instances.filter(({ state }) => state === 'running').map(({ name }) => name)).toEqual([
			'web.1',
			'worker.1',
			'worker.2',
		]);

		await host.reboot();

		await waitFor(
			() =>
				watch.observation.connection === 'connected' && watch.observation.instances.every(({ pid }) => pid),
			'everything to run again',
		);
		const { types, instances } = watch.observation;
		// A stop is forgotten, a pause is kept.
		expect(instances.map(({ name }) => name)).toEqual(['web.1', 'web.2', 'worker.1', 'worker.2', 'clock.1']);
		expect(types.map(({ type, wanted, paused, stopped }) => [type, wanted, paused, stopped])).toEqual([
			['web', 2, null, false],
			['worker', 2, null, false],
			['mailer', 0, 1, false],
			['clock', 1, null, false],
		]);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1, 2], active: [1, 2] });
		expect(watch.events.some((event) => event.kind === 'connection')).toBe(true);
		expect(watch.observation.history.map(({ verb }) => verb)).toEqual(before.history.map(({ verb }) => verb));
		expect(await client.apply({ verb: 'resume', types: ['mailer'] })).toMatchObject([
			{ to: 1, outcome: 'done' },
		]);
	});

	it('starts nothing of a stack that is down, and keeps its formation', async () => {
		const app = await systemdApp(host, APP);
		const client = await app.connect();
		await client.start();
		await client.scaleTo('worker', 3);
		expect(await client.apply({ verb: 'down' })).toMatchObject(Array(4).fill({ outcome: 'done' }));

		await host.reboot();

		const other = await app.connect();
		const observation = await other.observation();
		expect(observation.power).toBe('down');
		expect(typeIn(observation, 'worker').wanted).toBe(3);
		expect((await onHost(host, app, 'worker')).active).toEqual([]);
		await other.start();
		expect((await onHost(host, app, 'worker')).active).toEqual([1, 2, 3]);
	});

	it('and a power cut in the midst of everything bring back what was recorded', async () => {
		const app = await systemdApp(host, APP);
		const client = await app.connect();
		await client.start();
		await client.scaleTo('worker', 4);
		await host.run('sync');
		const watch = await client.watch();
		await host.powerCut();
		await host.boot();
		await host.heal();
		await waitFor(async () => (await onHost(host, app, 'worker')).active.length === 4, 'the formation');
		await waitFor(() => watch.observation.connection === 'connected', 'it to come back by itself', 60_000);
		expect(watch.observation.instances.map(({ state }) => state)).toEqual(Array(7).fill('running'));
	});
});
