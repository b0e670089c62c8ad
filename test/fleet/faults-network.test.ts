import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { onHost, processesOfLogins } from './on-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web1');
const RUNS = '/srv/fixtures/runs';
const WORKER = { Procfile: `worker: ${RUNS}\n` };

/** Loses a connection after 2 to 3 s without an answer. */
const IMPATIENT = { ssh: { ServerAliveInterval: '1', ServerAliveCountMax: '2', ConnectTimeout: '2' } };

/** Ends every connection to the host from one moment to the next. */
const killConnections = () => host.run("pkill -KILL -x 'sshd.*' && systemctl restart ssh");

/** Whether TCP has had no answer for so long that it tries again. */
async function sendsAgain(): Promise<boolean> {
	const { stdout } = await execa('ss', ['-Htni', 'dst', host.address]);
	return / backoff:/.test(stdout);
}

async function started(files: Readonly<Record<string, string>>, options = {}) {
	const app = await systemdApp(host, files, options);
	const client = await app.connect();
	await client.start();
	const watch = await client.watch();
	const isLost = () => watch.events.some(({ kind }) => kind === 'connection');
	return { app, client, watch, isLost };
}

describe('a change during which the network is cut', () => {
	it('goes on where it was, if the cut is a short one', async () => {
		const { app, client, watch, isLost } = await started(WORKER);
		await host.shape({ roundTripMs: 200 });
		const scaling = client.scaleTo('worker', 2);
		await watch.instance('worker.2', ({ state }) => state === 'starting', 'to be asked for');
		await host.cut();
		await waitFor(sendsAgain, 'something to be sent once more');
		await host.heal();
		expect(await scaling).toMatchObject([{ from: 1, to: 2, outcome: 'done', reason: null }]);
		expect(isLost()).toBe(false);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1, 2], active: [1, 2] });
	});

	it('is finished over the next connection, and told to be done', async () => {
		const { app, client, watch, isLost } = await started(WORKER, IMPATIENT);
		await host.shape({ roundTripMs: 400 });
		const scaling = client.scaleTo('worker', 2);
		await watch.instance('worker.2', ({ state }) => state === 'starting', 'to be asked for');
		await host.cut();
		await waitFor(isLost, 'the loss to be seen');
		expect((await onHost(host, app, 'worker')).enabled).toEqual([1]);
		await host.unshape();
		await host.heal();
		expect(await scaling).toMatchObject([{ from: 1, to: 2, outcome: 'done', reason: null }]);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1, 2], active: [1, 2] });
		expect(watch.observation).toMatchObject({ connection: 'connected', types: [{ wanted: 2 }] });
		const entry = watch.observation.history.at(-1);
		expect(entry).toMatchObject({ verb: 'scale', from: 1, to: 2, outcome: 'done' });
	});

	it('ends as unknown when the network does not come back in time; what is shown afterwards is true', async () => {
		const { app, client, watch } = await started(WORKER, IMPATIENT);
		await host.shape({ roundTripMs: 400 });
		const scaling = client.scaleTo('worker', 2, { timeoutMs: 3_000 });
		await watch.instance('worker.2', ({ state }) => state === 'starting', 'to be asked for');
		await host.cut();
		const [row] = await scaling;
		expect(row).toMatchObject({ from: 1, to: 2, outcome: 'unknown', code: 'unreachable' });
		expect(row?.reason).toMatch(/web1: .*has not answered for 2 s; what became of the change/);
		expect(watch.observation.connection).not.toBe('connected');
		const lock = `/run/procdeck/${app.prefix.slice('procdeck.'.length)}/lock`;
		const isFree = () => host.run(`flock --nonblock ${lock} true && echo free || true`).then(Boolean);
		await waitFor(isFree, 'the lock to be free, though nobody could free it');
		await waitFor(async () => (await processesOfLogins(host)) === '', 'everything of ours to be gone');
		await host.unshape();
		await host.heal();
		await waitFor(() => watch.observation.connection === 'connected', 'it to come back by itself');
		const { enabled, active } = await onHost(host, app, 'worker');
		expect(watch.observation.types).toMatchObject([{ wanted: enabled.length }]);
		const running = watch.observation.instances.filter(({ pid }) => pid !== null);
		expect(running.map(({ index }) => index)).toEqual(active);
	});

	it('is not done over again by the next connection where somebody has changed the same meanwhile', async () => {
		const { app, client, watch, isLost } = await started(WORKER, IMPATIENT);
		await host.shape({ roundTripMs: 400 });
		const scaling = client.scaleTo('worker', 2);
		await watch.instance('worker.2', ({ state }) => state === 'starting', 'to be asked for');
		await host.cut();
		await waitFor(isLost, 'the loss to be seen');
		const wants = `/etc/systemd/system/${app.prefix}.target.wants`;
		const unit = (index: number) => `${app.prefix}.worker@${index}.service`;
		await host.run(
			`cd ${wants} && for n in 2 3 4; do cp -P ${unit(1)} ${app.prefix}.worker@$n.service; done`,
		);
		await host.unshape();
		await host.heal();
		const [row] = await scaling;
		expect(row).toMatchObject({ outcome: 'failed', code: 'conflict' });
		expect(row?.reason).toContain('somebody has changed the same meanwhile');
		expect((await onHost(host, app, 'worker')).enabled).toEqual([1, 2, 3, 4]);
	});
});

describe('a restart during which the network is cut', () => {
	const STUBBORN = {
		Procfile: 'worker: /srv/fixtures/ignores-term\n',
		'procdeck.yml': 'processes:\n  worker: { stop: [TERM, 3, KILL], scale: 1 }\n',
	};

	it('is told to be done once that is seen', async () => {
		const { client, watch, isLost } = await started(STUBBORN, IMPATIENT);
		const before = await client.instance('worker.1');
		const restarting = client.restart(['worker']);
		await watch.instance('worker.1', ({ state }) => state === 'stopping', 'to stop');
		await host.cut();
		await waitFor(isLost, 'the loss to be seen');
		await host.heal();
		expect(await restarting).toMatchObject([{ outcome: 'done', reason: null }]);
		const after = await client.instance('worker.1');
		expect(after.state).toBe('running');
		expect(after.pid).not.toBe(before.pid);
	});

	it('says which instances had not had their turn', async () => {
		const { client, watch, isLost } = await started(STUBBORN, IMPATIENT);
		await client.scaleTo('worker', 2);
		const before = await client.instance('worker.2');
		const restarting = client.restart(['worker']);
		await watch.instance('worker.1', ({ state }) => state === 'stopping', 'to stop');
		await host.cut();
		await waitFor(isLost, 'the loss to be seen');
		await host.heal();
		const [row] = await restarting;
		expect(row?.reason).toMatch(/^worker\.2: not restarted: web1: /);
		expect(row).toMatchObject({ outcome: 'unknown', code: 'unreachable' });
		expect((await client.instance('worker.2')).pid).toBe(before.pid);
	});
});

describe('a server whose connections end', () => {
	it('is back by itself when sshd was killed, and a change under way is finished', async () => {
		const { app, client, watch, isLost } = await started(WORKER);
		await host.shape({ roundTripMs: 400 });
		const scaling = client.scaleTo('worker', 3);
		await watch.instance('worker.2', ({ state }) => state === 'starting', 'to be asked for');
		await killConnections();
		await waitFor(isLost, 'the loss to be seen');
		await host.unshape();
		expect(await scaling).toMatchObject([{ from: 1, to: 3, outcome: 'done', reason: null }]);
		expect(await onHost(host, app, 'worker')).toEqual({ enabled: [1, 2, 3], active: [1, 2, 3] });
		await client.scaleTo('worker', 1);
		expect(watch.observation).toMatchObject({ connection: 'connected', instances: [{ name: 'worker.1' }] });
	});

	it('keeps checking whether an instance is ready', async () => {
		const files = {
			Procfile: `worker: until [ -e go ]; do sleep 0.1; done; echo go; exec ${RUNS}\n`,
			'procdeck.yml': 'processes:\n  worker: { ready: { log: "^go$", timeout: 40 } }\n',
		};
		const app = await systemdApp(host, files);
		const client = await app.connect();
		const watch = await client.watch();
		const scaling = client.scaleTo('worker', 1);
		await watch.instance('worker.1', ({ pid }) => pid !== null, 'to have a process');
		await killConnections();
		await waitFor(() => watch.observation.connection !== 'connected', 'the loss to be seen');
		await waitFor(() => watch.observation.connection === 'connected', 'it to come back');
		expect(await client.instance('worker.1')).toMatchObject({ state: 'starting', ready: false });
		await host.run(`touch ${app.path}/go`);
		expect(await scaling).toMatchObject([{ outcome: 'done', reason: null }]);
		expect(await client.instance('worker.1')).toMatchObject({ state: 'running', ready: true });
	});
});
