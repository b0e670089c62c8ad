import { describe, expect, it, onTestFinished } from 'vitest';
import { type Client, typeIn } from '../contract/client.ts';
import { fleetHost } from './fleet-host.ts';
import { onHost } from './on-host.ts';
import { type SystemdApp, systemdApp } from './systemd-app.ts';

const host = fleetHost('web1');
const RUNS = '/srv/fixtures/runs';
const UNITS = '/etc/systemd/system';
const WHO = { who: 'tester@here', changeId: 'change' };

async function started(files: Readonly<Record<string, string>>) {
	const app = await systemdApp(host, files);
	const client = await app.connect();
	await client.start();
	return { app, client };
}

/** Everything of a stack on its host, as text. */
function filesOf({ prefix }: SystemdApp): Promise<string> {
	const folders = `/etc/procdeck/${prefix.slice('procdeck.'.length)} ${UNITS}/${prefix}*`;
	return host.run(
		`find ${folders} -type f -exec md5sum {} + 2>/dev/null | sort; find ${folders} -type l | sort`,
	);
}

/** From now on folders of the host are full disks, with what is in them. */
async function fill(folders: readonly string[]): Promise<{ free(): Promise<string> }> {
	for (const folder of folders) {
		await host.run(`cp -a ${folder} /run/kept; mount -t tmpfs -o size=1m none ${folder}; cp -a /run/kept/. ${folder}/
			rm -r /run/kept; cat /dev/zero >${folder}/filler 2>/dev/null || true`);
		onTestFinished(async () => void (await host.run(`umount -l ${folder}; systemctl daemon-reload`)));
	}
	return { free: () => host.run(`rm ${folders.map((folder) => `${folder}/filler`).join(' ')}`) };
}

/** Waits until what systemd has read anew is known. */
async function hasNoDrift(client: Client): Promise<void> {
	await expect.poll(async () => (await client.observation()).drift).toEqual([]);
}

describe('a full disk', () => {
	it.each([
		['of units', [UNITS]],
		['of everything else', ['/etc/procdeck']],
	])(
		'in the folder %s stops a type from being set up, and leaves everything as it was',
		async (_, folders) => {
			const { app, client } = await started({ Procfile: `worker: ${RUNS}\n` });
			await app.write('Procfile', `worker: ${RUNS}\nmailer: ${RUNS}\n`);
			await expect.poll(async () => (await client.observation()).types).toHaveLength(2);
			const disk = await fill(folders);
			const before = await filesOf(app);

			const [row] = await client.scaleTo('mailer', 1);
			expect(row).toMatchObject({ outcome: 'failed', code: 'refused' });
			expect(row?.reason).toMatch(/cannot write on the server: .*No space left on device/s);
			expect(await filesOf(app)).toBe(before);
			expect((await onHost(host, app, 'mailer')).active).toEqual([]);
			const observation = await client.observation();
			expect(observation.drift).toEqual([]);
			expect(typeIn(observation, 'mailer')).toMatchObject({ wanted: 0 });

			await disk.free();
			expect(await client.scaleTo('mailer', 1)).toMatchObject([{ outcome: 'done' }]);
		},
	);

	it('takes back what cannot be recorded', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\n` });
		await client.scaleTo('worker', 2);
		const disk = await fill(['/etc/procdeck']);
		const before = await filesOf(app);
		// The count that a pause keeps is in a file.
		const [row] = await client.apply({ verb: 'pause', types: ['worker'] });
		expect(row).toMatchObject({ from: 2, to: 0, outcome: 'failed', code: 'refused' });
		expect(row?.reason).toMatch(/No space left on device/);
		expect(await filesOf(app)).toBe(before);
		await expect.poll(() => onHost(host, app, 'worker')).toEqual({ enabled: [1, 2], active: [1, 2] });
		expect(typeIn(await client.observation(), 'worker')).toMatchObject({ wanted: 2, paused: null });

		await disk.free();
		expect(await client.apply({ verb: 'pause', types: ['worker'] })).toMatchObject([{ outcome: 'done' }]);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [], active: [] });
	});
});

describe('systemd refusing a job', () => {
	it('of a masked instance fails with its reason, and records nothing', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\n` });
		await host.run(`ln -s /dev/null ${UNITS}/${app.prefix}.worker@2.service; systemctl daemon-reload`);
		const [row] = await client.scaleTo('worker', 2);
		expect(row).toMatchObject({ from: 1, to: 2, outcome: 'failed' });
		expect(row?.reason).toMatch(/masked/);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1], active: [1] });
		expect(typeIn(await client.observation(), 'worker').wanted).toBe(1);
	});

	it('of a unit that was broken by hand fails with its reason; sync mends it', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\n` });
		const template = `${UNITS}/${app.prefix}.worker@.service`;
		await host.run(`sed -i '/^ExecStart=/d' ${template}; systemctl daemon-reload`);
		const [row] = await client.scaleTo('worker', 2);
		expect(row).toMatchObject({ outcome: 'failed' });
		expect(row?.reason).toMatch(/bad unit file setting/);
		await expect
			.poll(async () => (await client.observation()).drift)
			.toEqual(['worker: its unit was changed by hand']);

		const { setup } = client.server;
		await setup?.write(await setup.plan(), { verb: 'sync', ...WHO });
		await hasNoDrift(client);
		expect(await client.scaleTo('worker', 3)).toMatchObject([{ outcome: 'done' }]);
	});
});

describe('what was changed by hand', () => {
	it('is drift as soon as systemd reads it, and repaired by sync', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\nmailer: ${RUNS}\n` });
		const watch = await client.watch();
		const config = `/etc/procdeck/${app.prefix.slice('procdeck.'.length)}`;
		await host.run(`echo '# mine' >>${UNITS}/${app.prefix}.worker@.service
			rm ${config}/run/mailer; echo 'X=1' >>${config}/stop-steps; systemctl daemon-reload`);
		await expect
			.poll(async () => (await client.observation()).drift)
			.toEqual([
				'worker: its unit was changed by hand',
				'mailer: its unit was changed by hand',
				'what all types share was changed by hand, or is missing',
			]);
		expect(watch.observation.instances.every(({ state }) => state === 'running')).toBe(true);
		const { setup } = client.server;
		await setup?.write(await setup.plan(), { verb: 'sync', ...WHO });
		await hasNoDrift(client);
	});

	it('on an instance is told as drift too', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\n` });
		await host.run(`systemctl enable --quiet ${app.prefix}.worker@3`);
		await expect
			.poll(async () => (await client.observation()).drift)
			.toEqual(['worker: the enabled instances are 1, 3']);
		const { setup } = client.server;
		await setup?.write(await setup.plan(), { verb: 'sync', ...WHO });
		expect((await onHost(host, app, 'worker')).enabled).toEqual([1, 2]);
	});
});

describe('what runs though nobody wants it', () => {
	it('is left alone until the type is scaled, if only to what it is at', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\n` });
		await host.run(`systemctl start ${app.prefix}.worker@2 ${app.prefix}.worker@3`);
		await expect.poll(async () => (await client.observation()).instances).toHaveLength(3);
		expect(typeIn(await client.observation(), 'worker').wanted).toBe(1);
		expect(await client.scaleTo('worker', 2)).toMatchObject([{ from: 1, to: 2, outcome: 'done' }]);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1, 2], active: [1, 2] });
		await host.run(`systemctl start ${app.prefix}.worker@3`);
		await expect.poll(async () => (await client.observation()).instances).toHaveLength(3);
		expect(await client.scaleTo('worker', 2)).toMatchObject([{ from: 2, to: 2, outcome: 'done' }]);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1, 2], active: [1, 2] });
	});
});

describe('a type that has left the Procfile', () => {
	it('runs on as an orphan, can be ended, and is cleared away by sync', async () => {
		const { app, client } = await started({ Procfile: `worker: ${RUNS}\nmailer: ${RUNS}\n` });
		await app.write('Procfile', `worker: ${RUNS}\n`);
		await expect
			.poll(async () => (await client.observation()).drift)
			.toEqual(['mailer: it has left the Procfile']);
		const observation = await client.observation();
		expect(typeIn(observation, 'mailer')).toMatchObject({ orphan: true, wanted: 1, command: RUNS });
		expect(observation.instances.map(({ name, state }) => [name, state])).toEqual([
			['worker.1', 'running'],
			['mailer.1', 'running'],
		]);
		expect(await client.scaleTo('mailer', 0)).toMatchObject([{ from: 1, to: 0, outcome: 'done' }]);
		const { setup } = client.server;
		await setup?.write(await setup.plan(), { verb: 'sync', ...WHO });
		expect(await filesOf(app)).not.toContain('mailer');
		await hasNoDrift(client);
		expect((await client.observation()).types.map(({ type }) => type)).toEqual(['worker']);
	});
});
