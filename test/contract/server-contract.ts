import { describe, expect, it } from 'vitest';
import type { LogChunk } from '../../src/server/server.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Client, collect, instanceIn, pidsIn, select, textOf, typeIn, type Watch } from './client.ts';

/** One app on the server under test; it ends with its test. */
export interface ContractApp {
	/** Connects one more client to the same server. */
	connect(): Promise<Client>;
	/** Changes a file of the app. */
	write(name: string, text: string): Promise<void>;
	/** The text of a file that an instance wrote into the app's folder. */
	read(name: string): Promise<string>;
}

/** In what servers may differ. */
export interface Capabilities {
	/** Each crash in a row is followed by a longer wait; else by the same one. */
	readonly growingBackOff: boolean;
	/** A restart takes what the files say by now; else what was last written to the server. */
	readonly restartReadsFiles: boolean;
	/** An instance that is not ready in time is ended; else only told. */
	readonly endsUnready: boolean;
	/** Memory is counted by tree, so that `memory_max` works. */
	readonly boundsMemory: boolean;
}

/** The machine on which the server under test runs instances. */
export interface ContractHost {
	/** The command of a program of test/fixtures. */
	fixture(name: string): string;
	app(files: Readonly<Record<string, string>>): Promise<ContractApp>;
	/** Whether a process of an instance is there; undefined is none. */
	isAlive(pid: number | undefined): boolean | Promise<boolean>;
	kill(pid: number, signal: NodeJS.Signals): void | Promise<void>;
	readonly capabilities: Capabilities;
}

/** What every server promises, whatever supervises its instances. */
export function serverContract(name: string, host: ContractHost): void {
	const { fixture, capabilities } = host;
	const runs = fixture('runs');

	async function started(
		files: Readonly<Record<string, string>>,
		...types: string[]
	): Promise<{ app: ContractApp; client: Client; watch: Watch }> {
		const app = await host.app(files);
		const client = await app.connect();
		await client.start(...types);
		return { app, client, watch: await client.watch() };
	}

	const withSettings = (command: string, settings: string) => ({
		Procfile: `worker: ${command}\n`,
		'procdeck.yml': `processes:\n  worker: ${settings}\n`,
	});

	describe(`${name}: observe`, () => {
		it('gives a snapshot first, then every change until it is stopped', async () => {
			const { client, watch } = await started({ Procfile: `web: ${runs}\nworker: ${runs}\n` });
			expect(watch.events[0]?.kind).toBe('snapshot');
			expect(watch.observation).toMatchObject({ connection: 'connected', power: 'up' });
			expect(watch.observation.types.map(({ type }) => type)).toEqual(['web', 'worker']);
			await client.scaleTo('worker', 2);
			await watch.instance('worker.2', ({ state }) => state === 'running', 'to be seen running');
			watch.stop();
			const seen = watch.events.length;
			await client.scaleTo('worker', 1);
			expect(watch.events).toHaveLength(seen);
		});

		it('before anything was started shows what would run, and starts nothing', async () => {
			const client = await (await host.app({ Procfile: `worker: ${runs}\n` })).connect();
			const observation = await client.observation();
			expect(typeIn(observation, 'worker')).toMatchObject({ wanted: 1, command: runs });
			expect(observation.instances).toMatchObject([{ name: 'worker.1', state: 'stopped', pid: null }]);
		});

		it('shows every client what another one changes', async () => {
			const { app, client, watch } = await started({ Procfile: `worker: ${runs}\n` });
			const other = await app.connect();
			const otherWatch = await other.watch();
			await client.scaleTo('worker', 3);
			await otherWatch.instance('worker.3', ({ state }) => state === 'running', 'to reach the other');
			await other.scaleTo('worker', 1);
			await waitFor(() => watch.observation.instances.length === 1, 'the other’s change to be seen');
			expect(typeIn(watch.observation, 'worker').wanted).toBe(1);
		});

		it('goes on for one listener when another of the same client stops', async () => {
			const { client, watch } = await started({ Procfile: `worker: ${runs}\n` });
			const other = await client.watch();
			await client.scaleTo('worker', 2);
			for (const each of [watch, other])
				await each.instance('worker.2', ({ state }) => state === 'running', 'to be seen');
			other.stop();
			await client.scaleTo('worker', 3);
			await watch.instance('worker.3', ({ state }) => state === 'running', 'to be seen');
			expect(other.observation.instances).toHaveLength(2);
		});

		it('tells who changed what', async () => {
			const { client, watch } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 2);
			const entry = await waitFor(
				() => watch.observation.history.find(({ verb, outcome }) => verb === 'scale' && outcome !== null),
				'the entry with its outcome',
			);
			expect(entry).toMatchObject({ who: 'tester@here', type: 'worker', from: 1, to: 2, outcome: 'done' });
		});
	});

	describe(`${name}: scale`, () => {
		it('up starts the next numbers and leaves the others alone', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			const before = pidsIn(await client.observation());
			const rows = await client.scaleTo('worker', 3);
			expect(rows).toMatchObject([{ type: 'worker', from: 1, to: 3, outcome: 'done' }]);
			const after = await client.observation();
			expect(after.instances.map(({ name, state }) => [name, state])).toEqual([
				['worker.1', 'running'],
				['worker.2', 'running'],
				['worker.3', 'running'],
			]);
			expect(pidsIn(after)).toMatchObject(before);
		});

		it('down takes the highest numbers first, and they are gone when it returns', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 3);
			const before = pidsIn(await client.observation());
			await client.scaleTo('worker', 1);
			expect(pidsIn(await client.observation())).toEqual({ 'worker.1': before['worker.1'] });
			for (const gone of ['worker.2', 'worker.3']) expect(await host.isAlive(before[gone])).toBe(false);
		});

		it('by a number adds to what is wanted at that moment, also from several clients at once', async () => {
			const { app, client } = await started({ Procfile: `worker: ${runs}\n` });
			const other = await app.connect();
			const rows = await Promise.all([
				client.scale({ type: 'worker', by: 1 }),
				other.scale({ type: 'worker', by: 1 }),
				client.scale({ type: 'worker', by: 1 }),
			]);
			expect(rows.flat().map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
			expect(typeIn(await client.observation(), 'worker').wanted).toBe(4);
			const [down] = await client.scale({ type: 'worker', by: -3 });
			expect(down).toMatchObject({ from: 4, to: 1, outcome: 'done' });
			await expect(client.scale({ type: 'worker', by: -2 })).rejects.toMatchObject({ code: 'limit' });
			expect(typeIn(await client.observation(), 'worker').wanted).toBe(1);
		});

		it('with an expected count that has moved is a conflict and changes nothing', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			const rows = await client.scale({ type: 'worker', to: 5, expected: 3 });
			expect(rows).toMatchObject([{ outcome: 'failed', code: 'conflict', from: 1 }]);
			expect(typeIn(await client.observation(), 'worker').wanted).toBe(1);
		});

		it('to the same count is unchanged', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			expect(await client.scaleTo('worker', 1)).toMatchObject([{ outcome: 'unchanged', from: 1, to: 1 }]);
		});

		it('over the limit or of an unknown type is refused as a whole', async () => {
			const { client } = await started(withSettings(runs, '{ max_instances: 2 }'));
			await expect(client.scaleTo('worker', 3)).rejects.toMatchObject({ code: 'limit' });
			await expect(client.scaleTo('wroker', 1)).rejects.toMatchObject({ code: 'unknown-type' });
			expect(typeIn(await client.observation(), 'worker').wanted).toBe(1);
		});

		it('tells how far it is', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			const progress: [number, number][] = [];
			await client.scaleTo('worker', 4, { onProgress: (settled, total) => progress.push([settled, total]) });
			expect(progress.at(-1)).toEqual([3, 3]);
			expect(progress).toEqual(progress.toSorted(([a], [b]) => a - b));
		});

		it('without waiting returns when it is recorded', async () => {
			const { client, watch } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 2, { wait: false });
			expect(typeIn(await client.observation(), 'worker').wanted).toBe(2);
			await watch.instance('worker.2', ({ state }) => state === 'running', 'to follow');
		});

		it('that does not settle in time says so and goes on', async () => {
			const files = withSettings(fixture('becomes-ready-by-log'), '{ ready: { log: never, timeout: 60 } }');
			const app = await host.app(files);
			const client = await app.connect();
			await client.apply(
				{ verb: 'start', selectors: [], formation: { worker: 0 }, shell: {} },
				{ wait: false },
			);
			const rows = await client.scaleTo('worker', 1, { timeoutMs: 300 });
			expect(rows).toMatchObject([{ outcome: 'failed', code: 'timeout' }]);
			expect(await client.instance('worker.1')).toMatchObject({ state: 'starting', ready: false });
		});
	});

	describe(`${name}: an exit that nobody asked for`, () => {
		it('is followed by a new start and told with how it ended', async () => {
			const { watch } = await started({ Procfile: `worker: ${runs}\n` });
			const { pid } = instanceIn(watch.observation, 'worker.1');
			await host.kill(pid ?? 0, 'SIGKILL');
			const next = await watch.instance(
				'worker.1',
				(instance) => instance.state === 'running' && instance.pid !== pid,
				'to run again',
			);
			expect(next).toMatchObject({ restarts: 1, lastExit: { code: null, signal: 'SIGKILL' } });
		});

		it('again and again is followed by waits, until a restart tries now', async () => {
			const { app, client, watch } = await started({ Procfile: `worker: ${fixture('exits-with')} 3\n` });
			const waiting = await watch.instance(
				'worker.1',
				({ state, recentExits }) => state === 'backoff' && recentExits.length > 2,
				'to be in back-off',
			);
			expect(waiting).toMatchObject({ pid: null, lastExit: { code: 3, signal: null } });
			expect(Date.parse(waiting.nextStartAt ?? '')).not.toBeNaN();
			const waits = waiting.recentExits.map(({ waitedMs }) => waitedMs ?? 0);
			if (capabilities.growingBackOff) expect(waits).toEqual(waits.toSorted((a, b) => a - b));
			if (!capabilities.restartReadsFiles) return;
			await app.write('Procfile', `worker: ${runs}\n`);
			await client.restart(['worker']);
			expect(await client.instance('worker.1')).toMatchObject({ state: 'running', restarts: 0 });
		});

		it.each([
			['never', fixture('exits-at-once'), 'stopped', 0],
			['never', `${fixture('exits-with')} 4`, 'failed', 4],
			['on-failure', fixture('exits-at-once'), 'stopped', 0],
		])('with restart: %s of %s leaves it %s', async (restart, command, state, code) => {
			const { watch } = await started(withSettings(command, `{ restart: ${restart} }`));
			const instance = await watch.instance('worker.1', ({ lastExit }) => lastExit !== null, 'to end');
			expect(instance).toMatchObject({ state, restarts: 0, lastExit: { code } });
		});

		it('makes the change that waits for it fail with the reason', async () => {
			const client = await (await host.app({ Procfile: `worker: ${fixture('exits-with')} 3\n` })).connect();
			expect(await client.start()).toMatchObject([
				{ outcome: 'failed', reason: expect.stringContaining('exit 3') },
			]);
		});
	});

	describe(`${name}: stop, start, pause, resume`, () => {
		it('stop leaves the wanted count, start takes it back', async () => {
			const { client } = await started({ Procfile: `web: ${runs}\nworker: ${runs}\n` });
			const { 'worker.1': pid } = pidsIn(await client.observation());
			expect(await client.stop('worker')).toMatchObject([
				{ type: 'worker', from: 1, to: 0, outcome: 'done' },
			]);
			expect(await host.isAlive(pid)).toBe(false);
			const stopped = await client.observation();
			expect(typeIn(stopped, 'worker')).toMatchObject({ wanted: 1, stopped: true });
			expect(instanceIn(stopped, 'worker.1')).toMatchObject({ state: 'stopped', pid: null });
			expect(instanceIn(stopped, 'web.1').state).toBe('running');
			expect(await client.start('worker')).toMatchObject([{ from: 0, to: 1, outcome: 'done' }]);
			expect(await client.start('worker')).toMatchObject([{ outcome: 'unchanged' }]);
		});

		it('reach one instance alone', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 3);
			await client.stop('worker.2');
			const states = (await client.observation()).instances.map(({ state }) => state);
			expect(states).toEqual(['running', 'stopped', 'running']);
			await client.start('worker.2');
			expect((await client.instance('worker.2')).state).toBe('running');
		});

		it('of a type and then one instance of it leave the others stopped, which a scale says', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 3);
			await client.stop('worker');
			await client.start('worker.1');
			const { instances } = await client.observation();
			expect(instances.map(({ state, held }) => [state, held])).toEqual([
				['running', false],
				['stopped', true],
				['stopped', true],
			]);
			const reason = expect.stringMatching(/worker\.2 and worker\.3 stay stopped.*start worker/);
			expect(await client.scaleTo('worker', 3)).toMatchObject([{ outcome: 'unchanged', reason }]);
			expect(await client.scaleTo('worker', 4)).toMatchObject([{ outcome: 'done', reason }]);
			expect(Object.keys(pidsIn(await client.observation()))).toEqual(['worker.1', 'worker.4']);
			expect(await client.start('worker')).toMatchObject([{ from: 2, to: 4, outcome: 'done', reason: null }]);
		});

		it('pause keeps the count beside the formation, resume brings it back', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 2);
			await client.apply({ verb: 'pause', types: ['worker'] });
			const paused = await client.observation();
			expect(typeIn(paused, 'worker')).toMatchObject({ wanted: 0, paused: 2 });
			expect(pidsIn(paused)).toEqual({});
			await client.apply({ verb: 'resume', types: ['worker'] });
			const resumed = await client.observation();
			expect(typeIn(resumed, 'worker')).toMatchObject({ wanted: 2, paused: null });
			expect(Object.keys(pidsIn(resumed))).toEqual(['worker.1', 'worker.2']);
		});
	});

	describe(`${name}: restart`, () => {
		it('of several rolls: the others keep running until their turn', async () => {
			const { client, watch } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 3);
			const before = pidsIn(await client.observation());
			let fewest = 3;
			watch.onObservation = ({ instances }) => {
				const running = instances.filter(({ state }) => state === 'running').length;
				fewest = Math.min(fewest, running);
			};
			expect(await client.restart(['worker'])).toMatchObject([{ from: 3, to: 3, outcome: 'done' }]);
			const after = pidsIn(await client.observation());
			expect(Object.keys(after)).toEqual(Object.keys(before));
			for (const [name, pid] of Object.entries(after)) expect(pid).not.toBe(before[name]);
			expect(fewest).toBe(2);
		});

		it('of one instance leaves the others alone', async () => {
			const { client } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 2);
			const before = pidsIn(await client.observation());
			await client.restart(['worker.2']);
			const after = pidsIn(await client.observation());
			expect(after['worker.1']).toBe(before['worker.1']);
			expect(after['worker.2']).not.toBe(before['worker.2']);
		});

		it.runIf(capabilities.restartReadsFiles)(
			'takes what the files say now, and only stale instances when asked to',
			async () => {
				const { app, client, watch } = await started({ Procfile: `web: ${runs}\nworker: ${runs}\n` });
				const before = pidsIn(watch.observation);
				await app.write('Procfile', `web: ${runs}\nworker: ${fixture('prints-no-newline')}\n`);
				await watch.instance('worker.1', ({ stale }) => stale, 'to be stale');
				expect(instanceIn(watch.observation, 'web.1').stale).toBe(false);
				await client.restart([], { staleOnly: true });
				const after = await client.observation();
				expect(pidsIn(after)['web.1']).toBe(before['web.1']);
				expect(instanceIn(after, 'worker.1')).toMatchObject({ stale: false, state: 'running' });
				expect(typeIn(after, 'worker').command).toBe(fixture('prints-no-newline'));
			},
		);
	});

	describe(`${name}: a type that leaves the Procfile`, () => {
		it('goes on as an orphan until it is stopped', async () => {
			const { app, client, watch } = await started({ Procfile: `web: ${runs}\nworker: ${runs}\n` });
			const { 'worker.1': pid } = pidsIn(watch.observation);
			await app.write('Procfile', `web: ${runs}\n`);
			await waitFor(() => typeIn(watch.observation, 'worker').orphan, 'the orphan to be seen');
			expect(instanceIn(watch.observation, 'worker.1')).toMatchObject({ state: 'running', pid });
			await client.stop('worker');
			expect(await host.isAlive(pid)).toBe(false);
		});
	});

	describe(`${name}: a stop takes the whole tree`, () => {
		it.each(['has-grandchild', 'double-forks'])('of what %s', async (program) => {
			const { app, client } = await started({ Procfile: `worker: ${fixture(program)} descendant.pid\n` });
			const descendant = await waitFor(async () => Number(await app.read('descendant.pid')), 'its pid');
			expect(await host.isAlive(descendant)).toBe(true);
			await client.stop();
			expect(await host.isAlive(descendant)).toBe(false);
		});

		it('of what ignores TERM', async () => {
			const files = withSettings(fixture('ignores-term'), '{ stop: [TERM, 0.3, KILL] }');
			const { client } = await started(files);
			const { 'worker.1': pid } = pidsIn(await client.observation());
			expect(await client.stop()).toMatchObject([{ outcome: 'done' }]);
			expect(await host.isAlive(pid)).toBe(false);
		});

		it('in the steps of its sequence', async () => {
			const command = `exec ${fixture('traps-signals.js')}`;
			const { client } = await started(withSettings(command, '{ stop: [TSTP, 0.3, TERM, 0.3, KILL] }'));
			await waitFor(async () => (await client.log()).includes('trapping'), 'the traps');
			await client.stop();
			expect((await client.log()).match(/got \w+/g)).toEqual(['got TSTP', 'got TERM']);
			expect(await client.instance('worker.1')).toMatchObject({ lastExit: { signal: 'SIGKILL' } });
		});

		it('of what rewrites its title and its environment with it', async () => {
			const { client } = await started({ Procfile: `worker: exec ${fixture('rewrites-its-title.pl')}\n` });
			const { 'worker.1': pid } = pidsIn(await client.observation());
			await client.stop();
			expect(await host.isAlive(pid)).toBe(false);
		});
	});

	describe(`${name}: readiness`, () => {
		it.each([
			['http', `exec ${fixture('listens.js')} 300`, '{ http: / }'],
			['tcp', `exec ${fixture('listens-tcp.js')} 300`, '{ tcp: true }'],
			['log', `${fixture('becomes-ready-by-log')} 0.3`, '{ log: ready to accept }'],
		])('over %s is waited for', async (_, command, ready) => {
			const app = await host.app({
				...withSettings(command, `{ ready: ${ready} }`),
				'.env': `PORT=${await freePort()}\n`,
			});
			const client = await app.connect();
			const watch = await client.watch();
			const seen = new Set<string>();
			watch.onObservation = ({ instances }) => {
				for (const { state, ready } of instances) seen.add(`${state} ${ready}`);
			};
			expect(await client.start()).toMatchObject([{ outcome: 'done' }]);
			expect(await client.instance('worker.1')).toMatchObject({ state: 'running', ready: true });
			expect([...seen]).toContain('starting false');
			expect([...seen]).not.toContain('running false');
		});

		it('that does not come in time is a failed start', async () => {
			const files = withSettings(
				`exec ${fixture('listens.js')} 0 503`,
				'{ ready: { http: /, timeout: 0.5 } }',
			);
			const app = await host.app({ ...files, '.env': `PORT=${await freePort()}\n` });
			const client = await app.connect();
			const watch = await client.watch();
			const failed = client.start();
			if (capabilities.endsUnready) {
				const { lastExit } = await watch.instance('worker.1', (each) => each.lastExit !== null, 'to fail');
				expect(lastExit?.reason).toMatch(/not ready in 0\.5 s/);
			}
			const reason = expect.stringMatching(/not ready in 0\.5 s/);
			expect(await failed).toMatchObject([{ outcome: 'failed', reason }]);
		});
	});

	describe(`${name}: memory_max`, () => {
		it.runIf(capabilities.boundsMemory)('restarts a tree that is over it and says why', async () => {
			const command = `${fixture('leaks-memory.js')} 200 & wait`;
			const app = await host.app(withSettings(command, '{ memory_max: 120M }'));
			const client = await app.connect();
			const watch = await client.watch();
			const start = client.start();
			const over = await watch.instance('worker.1', ({ lastExit }) => lastExit !== null, 'to be ended');
			expect(over.lastExit?.reason).toContain('memory_max');
			await start;
		});
	});

	describe(`${name}: logs`, () => {
		const numbered = `exec ${fixture('floods.js')}`;
		const linesOf = (text: string) => text.split('\n').slice(0, -1);

		it('has what was written, and the last lines of it', async () => {
			const { client } = await started({ Procfile: `worker: ${numbered} 1000\n` });
			const text = await waitFor(async () => {
				const all = await client.log();
				return all.includes('000001000 ') && all;
			}, 'the last line');
			expect(linesOf(text).map((line) => line.slice(0, 15))).toEqual(
				Array.from({ length: 1_000 }, (_, index) => `flood ${String(index + 1).padStart(9, '0')}`),
			);
			expect(linesOf(await client.log({ lines: 3 }))).toEqual(linesOf(text).slice(-3));
		});

		it('of an instance that never ran is empty', async () => {
			const client = await (await host.app({ Procfile: `worker: ${runs}\n` })).connect();
			expect(await client.chunks()).toEqual([]);
		});

		it('is of the selected instances, each chunk with its name', async () => {
			const { client } = await started({
				Procfile: `web: ${numbered} 2 web\nworker: ${numbered} 2 worker\n`,
			});
			await client.scaleTo('worker', 2);
			const chunksOf = async (...names: string[]) => {
				const chunks = await client.chunks({ selectors: select(...names) });
				return [...new Set(chunks.map(({ instance }) => instance))].sort();
			};
			await waitFor(async () => (await chunksOf()).length === 3, 'all to have written');
			expect(await chunksOf('worker')).toEqual(['worker.1', 'worker.2']);
			expect(await chunksOf('worker.2', 'web')).toEqual(['web.1', 'worker.2']);
			for (const chunk of await client.chunks({ selectors: select('web') }))
				expect(chunk.bytes.toString()).toMatch(/^(web .*\n)+$/);
		});

		it('since a time leaves out what is older', async () => {
			const { client, watch } = await started({ Procfile: `worker: ${fixture('runs')}\n` });
			const { pid } = instanceIn(watch.observation, 'worker.1');
			await waitFor(async () => (await client.log()).includes(`running as ${pid}`), 'the first words');
			// Lines that are read back have the time of the second in which they were written.
			const [{ at } = { at: 0 }] = await client.chunks();
			await waitFor(() => Date.now() > at + 2_000, 'the clock to move on');
			await client.restart([]);
			const { pid: second } = await client.instance('worker.1');
			const since = await waitFor(async () => {
				const text = await client.log({ since: at + 1_000 });
				return text.includes(`running as ${second}`) && text;
			}, 'the second words');
			expect(since).not.toContain(`running as ${pid}\n`);
		});

		it('followed goes on without a gap from what was written to what comes', async () => {
			const { client } = await started({ Procfile: `worker: ${numbered} 300000\n` });
			const over = new AbortController();
			const chunks: LogChunk[] = [];
			const query = { selectors: [], follow: true, lines: null, since: null };
			for await (const batch of client.server.logs(query, over.signal)) {
				chunks.push(...batch);
				if (chunks.at(-1)?.bytes.includes('000300000 ')) over.abort();
			}
			const numbers = linesOf(textOf(chunks)).map((line) => Number(line.slice(6, 15)));
			expect(numbers).toEqual(Array.from({ length: 300_000 }, (_, index) => index + 1));
		});

		it('followed is parted by an empty batch into what was written and what comes', async () => {
			const { client } = await started({ Procfile: `worker: ${numbered} 10\n` });
			const written = await waitFor(async () => {
				const text = await client.log();
				return text.includes('000000010 ') && text;
			}, 'the last line');
			const over = new AbortController();
			const past: LogChunk[] = [];
			const query = { selectors: [], follow: true, lines: null, since: null };
			for await (const batch of client.server.logs(query, over.signal)) {
				if (batch.length === 0) break;
				past.push(...batch);
			}
			over.abort();
			expect(textOf(past)).toBe(written);
		});

		it('followed from now has an instance that starts later', async () => {
			const { client } = await started({ Procfile: `web: ${runs}\nworker: ${runs}\n` }, 'web');
			const over = new AbortController();
			const query = { selectors: select('worker'), follow: true, lines: 0, since: null };
			const batches = collect(client.server.logs(query, over.signal));
			await client.start('worker');
			const { pid } = await client.instance('worker.1');
			await waitFor(async () => (await client.log()).includes(`running as ${pid}`), 'it to be written');
			over.abort();
			expect(textOf((await batches).flat())).toBe(`running as ${pid}\n`);
		});
	});

	describe(`${name}: what an instance gets`, () => {
		it('is a standard input that never ends', async () => {
			const { client } = await started({ Procfile: `worker: ${fixture('reads-stdin')}\n` });
			expect(await client.instance('worker.1')).toMatchObject({ state: 'running', restarts: 0 });
		});

		it('is its environment: the files’ and Procdeck’s own', async () => {
			const port = await freePort();
			const { client } = await started({
				Procfile: `worker: ${fixture('prints-environment')}\n`,
				'.env': `PORT=${port}\nGREETING='hello $USER "there"'\n`,
			});
			const text = await waitFor(async () => {
				const all = await client.log();
				return all.includes('environment printed') && all;
			}, 'the environment');
			expect(text.split('\n')).toEqual(
				expect.arrayContaining([
					`PORT=${port}`,
					'PS=worker.1',
					'PROCDECK_TYPE=worker',
					'PROCDECK_INSTANCE=1',
					'GREETING=hello $USER "there"',
				]),
			);
		});
	});

	describe(`${name}: statistics`, () => {
		it('count the whole tree', async () => {
			const { client } = await started({ Procfile: `worker: ${fixture('leaks-memory.js')} 100 & wait\n` });
			await waitFor(async () => (await client.log()).includes('grew by 100 MB'), 'it to grow');
			const { 'worker.1': stats } = await client.server.stats();
			expect(stats?.memoryBytes).toBeGreaterThan(100 * 1024 * 1024);
		});

		it('are pushed to those who ask for them', async () => {
			const { client, watch } = await started({ Procfile: `worker: while :; do :; done\n` });
			const asking = await client.watch({ stats: true });
			await waitFor(() => (asking.stats['worker.1']?.cpuPercent ?? 0) > 10, 'a busy instance to be seen');
			expect(watch.events.map(({ kind }) => kind)).not.toContain('stats');
		});
	});

	describe(`${name}: down`, () => {
		it('ends everything and keeps the formation', async () => {
			const { app, client } = await started({ Procfile: `worker: ${runs}\n` });
			await client.scaleTo('worker', 2);
			const pids = Object.values(pidsIn(await client.observation()));
			expect(await client.apply({ verb: 'down' })).toMatchObject([{ from: 2, to: 0, outcome: 'done' }]);
			for (const pid of pids) expect(await host.isAlive(pid)).toBe(false);
			const later = await app.connect();
			const observation = await later.observation();
			expect(observation.power).toBe('down');
			expect(typeIn(observation, 'worker').wanted).toBe(2);
			await later.start();
			expect(Object.keys(pidsIn(await later.observation()))).toEqual(['worker.1', 'worker.2']);
		});
	});
}
