import { readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Client, instanceIn, pidsIn, typeIn } from '../../contract/client.ts';
import { fixture } from '../../support/binary.ts';
import { freePort } from '../../support/free-port.ts';
import { isAlive } from '../../support/processes.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type EmbeddedApp, embeddedApp } from './app.ts';

const RUNS = { Procfile: `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n` };

async function started(
	files: Readonly<Record<string, string>>,
): Promise<{ app: EmbeddedApp; client: Client }> {
	const app = await embeddedApp(files);
	const client = await app.connect();
	await client.start();
	return { app, client };
}

describe('a supervisor that is killed', () => {
	it('leaves the same pids to the next one, which the next client brings', async () => {
		const { app, client } = await started(RUNS);
		await client.scaleTo('worker', 3);
		const before = await client.observation();
		await app.killSupervisor();
		const after = await (await app.connect()).observation();
		expect(after.supervisorPid).not.toBe(before.supervisorPid);
		expect(pidsIn(after)).toEqual(pidsIn(before));
		expect(after.instances.map(({ state, restarts }) => [state, restarts])).toEqual(
			after.instances.map(() => ['running', 0]),
		);
	});

	it('right after a scale, before it could save what it started, loses and doubles nothing', async () => {
		const { app, client } = await started(RUNS);
		const saved = await readFile(app.paths.instances, 'utf8');
		await client.scaleTo('worker', 4, { wait: false });
		await waitFor(async () => Object.keys(pidsIn(await client.observation())).length === 5, 'all to run');
		const before = pidsIn(await client.observation());
		await app.killSupervisor();
		// As if it had been killed a moment earlier.
		await writeFile(app.paths.instances, saved);
		const next = await app.connect();
		expect(pidsIn(await next.observation())).toEqual(before);
		await next.apply({ verb: 'down' });
		await waitFor(() => app.processes().length === 0, 'everything to end');
	});

	it('right after a start, before that was saved, leaves readiness to be asked for', async () => {
		const { app, client } = await started({
			Procfile: `web: ${fixture('runs')}\nworker: until [ -e go ]; do sleep 0.05; done; exec ${fixture('listens-tcp.js')}\n`,
			'procdeck.yml': 'processes:\n  worker: { scale: 0, ready: { tcp: true } }\n',
			'.env': `PORT=${await freePort()}\n`,
		});
		const saved = await readFile(app.paths.instances, 'utf8');
		await client.scaleTo('worker', 1, { wait: false });
		const { 'worker.1': pid } = await waitFor(async () => {
			const pids = pidsIn(await client.observation());
			return 'worker.1' in pids && pids;
		}, 'it to start');
		await app.killSupervisor();
		// As if it had been killed a moment earlier.
		await writeFile(app.paths.instances, saved);
		const watch = await (await app.connect()).watch();
		expect(instanceIn(watch.observation, 'worker.1')).toMatchObject({ pid, state: 'starting', ready: false });
		await app.write('go', '');
		await watch.instance(
			'worker.1',
			({ state, ready }) => state === 'running' && ready === true,
			'to be ready',
		);
		expect(instanceIn(watch.observation, 'worker.1').pid).toBe(pid);
	});

	it('keeps the leader of a tree whose daemon leads a session of its own', async () => {
		const { app, client } = await started({ Procfile: `worker: ${fixture('double-forks')} daemon.pid\n` });
		const daemon = await waitFor(async () => Number(await app.read('daemon.pid')), 'the daemon');
		const before = pidsIn(await client.observation());
		await app.killSupervisor();
		const next = await app.connect();
		expect(pidsIn(await next.observation())).toEqual(before);
		await next.stop();
		expect([before['worker.1'] ?? 0, daemon].filter(isAlive)).toEqual([]);
	});

	it('leaves a death that nobody saw, which counts as a crash', async () => {
		const { app, client } = await started(RUNS);
		const { 'worker.1': pid = 0 } = pidsIn(await client.observation());
		await app.killSupervisor();
		process.kill(pid, 'SIGKILL');
		await waitFor(() => !isAlive(pid), 'the instance to be gone');
		const watch = await (await app.connect()).watch();
		const next = await watch.instance('worker.1', ({ state }) => state === 'running', 'to run again');
		expect(next).toMatchObject({ restarts: 1, lastExit: { code: null, signal: null } });
	});

	it('in the middle of a stop leaves it to be finished', async () => {
		const { app, client } = await started({
			Procfile: `worker: ${fixture('ignores-term')}\n`,
			'procdeck.yml': 'processes:\n  worker: { stop: [TERM, 1, KILL] }\n',
		});
		const { 'worker.1': pid = 0 } = pidsIn(await client.observation());
		await client.apply({ verb: 'stop', selectors: [] }, { wait: false });
		await app.killSupervisor();
		const next = await app.connect();
		const watch = await next.watch();
		await watch.instance('worker.1', ({ state }) => state === 'stopped', 'to be stopped');
		expect(pid).not.toSatisfy(isAlive);
	});

	it('in the middle of a rolling restart leaves every instance running', async () => {
		const { app, client } = await started(RUNS);
		await client.scaleTo('worker', 3);
		await client.apply(
			{ verb: 'restart', selectors: [], staleOnly: false, atOnce: false, shell: { PATH: '/usr/bin:/bin' } },
			{ wait: false },
		);
		await app.killSupervisor();
		const watch = await (await app.connect()).watch();
		for (const name of ['web.1', 'worker.1', 'worker.2', 'worker.3'])
			await watch.instance(name, ({ state }) => state === 'running', 'to run');
	});

	it('is noticed by those who watch, who then watch the next one', async () => {
		const { app, client } = await started(RUNS);
		const watch = await client.watch();
		const { supervisorPid } = watch.observation;
		process.kill(supervisorPid ?? 0, 'SIGKILL');
		await waitFor(
			() => watch.observation.supervisorPid !== supervisorPid && watch.observation.connection === 'connected',
			'the next supervisor to be watched',
		);
		expect(watch.events.map(({ kind }) => kind)).toContain('connection');
		const other = await app.connect();
		await other.scaleTo('worker', 2);
		await watch.instance('worker.2', ({ state }) => state === 'running', 'to be seen');
	});

	it('whose formation was cut short as well leaves the version before and what runs', async () => {
		const { app, client } = await started(RUNS);
		await client.scaleTo('worker', 2);
		const before = pidsIn(await client.observation());
		await app.killSupervisor();
		await truncate(app.paths.formation, 20);
		const after = await (await app.connect()).observation();
		expect(pidsIn(after)).toMatchObject({ 'web.1': before['web.1'], 'worker.1': before['worker.1'] });
	});

	it('leaves its log lines, and those that come while there is none', async () => {
		const { app, client } = await started({ Procfile: `worker: exec ${fixture('traps-signals.js')}\n` });
		await waitFor(async () => (await client.log()).includes('trapping'), 'the traps');
		const { 'worker.1': pid = 0 } = pidsIn(await client.observation());
		await app.killSupervisor();
		process.kill(pid, 'SIGUSR1');
		const next = await app.connect();
		await waitFor(async () => (await next.log()).includes('got USR1'), 'the line');
		expect(await next.log()).toBe('trapping\ngot USR1\n');
	});
});

describe('files that break under a running supervisor', () => {
	it.each([
		['a Procfile that is gone', async (app: EmbeddedApp) => app.write('Procfile', '')],
		['a stack file that is broken', async (app: EmbeddedApp) => app.write('procdeck.yml', 'processes: [')],
		[
			'a stack file of another environment',
			async (app: EmbeddedApp) => {
				await app.write('Procfile.staging', 'other: sleep 600\n');
				await app.write('procdeck.yml', 'environment: staging\n');
			},
		],
	])('such as %s are told, and the last good version goes on', async (_, breakIt) => {
		const { app, client } = await started(RUNS);
		const watch = await client.watch();
		const before = watch.observation;
		await breakIt(app);
		await waitFor(() => watch.observation.problems.length > 0, 'the problem to be told');
		expect(typeIn(watch.observation, 'worker').orphan).toBe(false);
		await client.scaleTo('worker', 2);
		const after = await client.observation();
		expect(after.supervisorPid).toBe(before.supervisorPid);
		expect(pidsIn(after)).toMatchObject(pidsIn(before));
		expect(instanceIn(after, 'worker.2').state).toBe('running');
	});

	it('and are gone with their folder leave what runs, which can still be stopped', async () => {
		const { app, client } = await started(RUNS);
		const watch = await client.watch();
		const { supervisorPid } = watch.observation;
		await rename(app.directory, `${app.directory}-moved`);
		expect(await client.stop('worker')).toMatchObject([{ outcome: 'done' }]);
		expect(watch.observation.problems).not.toEqual([]);
		expect(instanceIn(watch.observation, 'web.1').state).toBe('running');
		expect((await client.observation()).supervisorPid).toBe(supervisorPid);
	});
});
