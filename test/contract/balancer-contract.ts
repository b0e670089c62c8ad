import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Balancer, DrainOptions } from '../../src/balancer/balancer.ts';
import type { Backend, BalancerConfiguration, BalancerSettings } from '../../src/model/balancer.ts';
import { HttpLoad } from '../support/http-load.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BalancerApp, type BalancerHost, BalancerWatch, type Upstream } from './balancer-app.ts';
import { answerOf, ask, upgrade } from './balancer-requests.ts';

const SETTINGS: Omit<BalancerSettings, 'port'> = {
	healthCheck: '/health',
	algorithm: 'leastconn',
	sticky: false,
	drainTimeoutMs: 20_000,
	certificate: null,
};

/** Longer than any drain of a test that is not meant to be cut. */
const PATIENT: DrainOptions = { withinMs: null };

interface Balanced {
	readonly app: BalancerApp;
	readonly balancer: Balancer;
	readonly watch: BalancerWatch;
	readonly upstreams: readonly Upstream[];
	readonly backends: readonly Backend[];
	readonly configuration: BalancerConfiguration;
}

/** What every balancer promises. */
/** Every server that has backends here. */
const ALL = ['a', 'b'];

export function balancerContract(name: string, host: BalancerHost): void {
	async function connected(app: BalancerApp): Promise<Balancer> {
		const balancer = await app.connect();
		onTestFinished(() => balancer.close());
		return balancer;
	}

	async function watched(balancer: Balancer): Promise<BalancerWatch> {
		const watch = await BalancerWatch.of(balancer);
		onTestFinished(() => watch.stop());
		return watch;
	}

	/** A balancer that is set up, all of whose backends are healthy. */
	async function balanced(
		backendsOn: Readonly<Record<string, number>>,
		settings: Partial<BalancerSettings> = {},
		serving: Readonly<Record<string, boolean>> = {},
	): Promise<Balanced> {
		const app = await host.create();
		const upstreams = await Promise.all(
			Object.entries(backendsOn).flatMap(([server, count]) =>
				Array.from({ length: count }, (_, at) => app.upstream(server, `web.${at + 1}`)),
			),
		);
		const backends = upstreams.map(({ backend }) => backend);
		const allOn = Object.fromEntries(Object.keys(backendsOn).map((server) => [server, true]));
		const configuration = {
			settings: { ...SETTINGS, port: app.port, ...settings },
			serving: { ...allOn, ...serving },
			backends,
		};
		const balancer = await connected(app);
		await balancer.setup.write(await balancer.setup.plan(configuration), configuration);
		const watch = await watched(balancer);
		for (const backend of backends)
			await watch.untilState(backend, configuration.serving[backend.server] ? 'healthy' : 'off');
		return { app, balancer, watch, upstreams, backends, configuration };
	}

	/** Requests that go on until the test looks at what became of them. */
	async function loaded(app: BalancerApp, keepAlive = true): Promise<HttpLoad> {
		const load = new HttpLoad({ url: `${app.url}/`, keepAlive });
		onTestFinished(async () => void (await load.stop()));
		await answers(load, 50);
		return load;
	}

	/** A request that is not answered before it is cut: its connection breaks, or the balancer says 502 for it. */
	const askLong = ({ url }: BalancerApp) =>
		ask(`${url}/slow?ms=60000`).then(
			({ status }) => (status === 502 ? 'cut' : status),
			() => 'cut',
		);

	const answers = (load: HttpLoad, count: number) => {
		const enough = load.result.answered + count;
		return waitFor(() => load.result.answered >= enough, `${count} answers more`);
	};

	/** Who answers from now on. */
	async function answering(load: HttpLoad): Promise<string[]> {
		// What is under way now was given out before.
		await answers(load, 20);
		load.restartCount();
		await answers(load, 100);
		return Object.keys(load.result.byInstance).toSorted();
	}

	const labelOf = ({ server, instance }: Backend) => `${instance}@${server}`;

	describe(`${name}: setup`, () => {
		it('tells what it would do, does it, and then has nothing to do', async () => {
			const { app, balancer, watch, configuration } = await balanced({ a: 1 });
			expect(watch.latest.configuration).toEqual(configuration);
			expect((await ask(`${app.url}/`)).instance).toBe('web.1@a');
			const again = await balancer.setup.plan(configuration);
			expect(again).toMatchObject({ isSetUp: true, items: [] });
		});

		it('before it, there is none, and nothing is done by looking', async () => {
			const app = await host.create();
			const upstream = await app.upstream('a', 'web.1');
			const balancer = await connected(app);
			const watch = await watched(balancer);
			expect(watch.latest).toMatchObject({ configuration: null, backends: [] });
			const plan = await balancer.setup.plan({
				settings: { ...SETTINGS, port: app.port },
				serving: { a: true },
				backends: [upstream.backend],
			});
			expect(plan.isSetUp).toBe(false);
			expect(plan.items.length).toBeGreaterThan(0);
			await expect(ask(`${app.url}/`)).rejects.toThrow();
			expect(watch.latest.configuration).toBe(null);
		});

		it('takes away what it has set up', async () => {
			const { app, balancer, watch } = await balanced({ a: 1 });
			await balancer.setup.remove();
			await watch.until(({ configuration }) => configuration === null, 'it to be gone');
			await expect(ask(`${app.url}/`)).rejects.toThrow();
		});

		it('says that its port is taken, and leaves nothing behind', async () => {
			const app = await host.create();
			await app.takePort();
			const balancer = await connected(app);
			const configuration = {
				settings: { ...SETTINGS, port: app.port },
				serving: { a: true },
				backends: [],
			};
			const write = async () => balancer.setup.write(await balancer.setup.plan(configuration), configuration);
			await expect(write()).rejects.toMatchObject({
				name: 'ProcdeckError',
				message: expect.stringContaining(String(app.port)),
			});
			const watch = await watched(balancer);
			await watch.until((observation) => observation.configuration === null, 'nothing to be there');
		});

		it('changes the settings of one that runs, without a failed request', async () => {
			const { app, balancer, watch, configuration } = await balanced({ a: 1, b: 1 });
			const load = await loaded(app);
			const changed = {
				...configuration,
				settings: { ...configuration.settings, algorithm: 'roundrobin' as const },
			};
			const plan = await balancer.setup.plan(changed);
			expect(plan).toMatchObject({ isSetUp: true });
			expect(plan.items.length).toBeGreaterThan(0);
			await balancer.setup.write(plan, changed);
			await watch.until((one) => one.configuration?.settings.algorithm === 'roundrobin', 'the new settings');
			expect(await answering(load)).toEqual(['web.1@a', 'web.1@b']);
			expect((await load.stop()).failed).toEqual([]);
		});
	});

	describe(`${name}: serving`, () => {
		it.each([{ keepAlive: true }, { keepAlive: false }])(
			'off and on under load fails no request: %o',
			async ({ keepAlive }) => {
				const { app, balancer, watch } = await balanced({ a: 1, b: 1 });
				const load = await loaded(app, keepAlive);
				for (let round = 0; round < 3; round += 1) {
					expect(await balancer.setServing('a', false, PATIENT)).toEqual({ cut: 0 });
					expect(await answering(load)).toEqual(['web.1@b']);
					await balancer.setServing('a', true, PATIENT);
					expect(await answering(load)).toEqual(['web.1@a', 'web.1@b']);
				}
				expect((await load.stop()).failed).toEqual([]);
				await watch.until((one) => one.configuration?.serving.a === true, 'it to be seen');
			},
		);

		it('forgets a server under load without a failed request, and nothing of it is left', async () => {
			const { app, balancer, watch, upstreams } = await balanced({ a: 2, b: 1 });
			const load = await loaded(app);
			const slow = Promise.all([1, 2, 3].map(() => ask(`${app.url}/slow?ms=1000`)));
			await watch.until(({ backends }) => backends.some(({ sessions }) => sessions > 0), 'the sessions');
			expect(await balancer.setServing('a', null, PATIENT)).toEqual({ cut: 0 });
			for (const { kill } of upstreams.slice(0, 2)) await kill('SIGKILL');
			expect(await answering(load)).toEqual(['web.1@b']);
			expect((await slow).map(({ status }) => status)).toEqual([200, 200, 200]);
			expect((await load.stop()).failed).toEqual([]);
			await watch.until(({ backends }) => backends.length === 1, 'the backends to be gone');
			expect(watch.latest).toMatchObject({ configuration: { serving: { b: true } }, drift: [] });
			expect(watch.latest.configuration?.serving).toEqual({ b: true });
		});

		it('off waits for what runs, and tells how much that is', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 1 });
			const slow = ask(`${app.url}/slow?ms=1500`);
			await watch.until(() => watch.backend(backends[0]!).sessions === 1, 'the session to be seen');
			const left: number[] = [];
			const drained = balancer.setServing('a', false, {
				...PATIENT,
				onSessions: (count) => left.push(count),
			});
			await watch.untilState(backends[0]!, 'draining');
			expect((await ask(`${app.url}/`)).status).toBe(503);
			expect(await drained).toEqual({ cut: 0 });
			expect((await slow).instance).toBe('web.1@a');
			expect(left[0]).toBe(1);
			expect(left.at(-1)).toBe(0);
			await watch.untilState(backends[0]!, 'off');
		});

		it('off cuts what takes too long, and counts it', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 1, b: 1 });
			const slow = [1, 2, 3, 4].map(() => askLong(app));
			const sessions = () => backends.map((backend) => watch.backend(backend).sessions);
			await watch.until(() => sessions().join() === '2,2', 'the sessions to be seen');
			expect(await balancer.setServing('a', false, { withinMs: 300 })).toEqual({ cut: 2 });
			await watch.until(() => sessions().join() === '0,2', 'them to be gone');
			expect(await balancer.setServing('b', false, { withinMs: 300 })).toEqual({ cut: 2 });
			expect(await Promise.all(slow)).toEqual(['cut', 'cut', 'cut', 'cut']);
		});

		it('off counts upgraded connections as sessions, and cuts them too', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 1 });
			const upgraded = await upgrade(`${app.url}/`);
			await watch.until(() => watch.backend(backends[0]!).sessions === 1, 'the session to be seen');
			const closed = once(upgraded.socket, 'close');
			expect(await balancer.setServing('a', false, { withinMs: 300 })).toEqual({ cut: 1 });
			await closed;
		});

		it('on waits until one is healthy', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 1, b: 1 }, {}, { a: false });
			expect((await ask(`${app.url}/`)).instance).toBe('web.1@b');
			await balancer.setServing('a', true, PATIENT);
			await watch.untilState(backends[0]!, 'healthy');
		});

		it('on of what is not healthy says why it gets nothing', async () => {
			const { app, balancer, watch, upstreams, backends } = await balanced({ a: 1, b: 1 }, {}, { a: false });
			await ask(`${upstreams[0]!.url}/control/unhealthy`, { method: 'POST' });
			await balancer.setServing('a', true, PATIENT);
			await watch.untilState(backends[0]!, 'unhealthy');
			expect(watch.backend(backends[0]!).reason).toMatch(/503/);
			for (let count = 0; count < 10; count += 1) expect((await ask(`${app.url}/`)).instance).toBe('web.1@b');
		});

		it('a server that is not named is off', async () => {
			const { app, balancer, watch, upstreams, backends } = await balanced({ a: 1 });
			const stranger = await app.upstream('b', 'web.1');
			await balancer.setBackends(ALL, [...backends, stranger.backend], PATIENT);
			await watch.untilState(stranger.backend, 'off');
			expect((await ask(`${app.url}/`)).instance).toBe('web.1@a');
			await balancer.setServing('b', true, PATIENT);
			await upstreams[0]!.kill('SIGKILL');
			await waitFor(async () => (await ask(`${app.url}/`)).instance === 'web.1@b', 'the other to answer');
		});
	});

	describe(`${name}: backends`, () => {
		it('come and go under load without a failed request', async () => {
			const { app, balancer, backends } = await balanced({ a: 2 });
			const load = await loaded(app);
			for (let round = 0; round < 2; round += 1) {
				const added = await Promise.all(['web.3', 'web.4'].map((name) => app.upstream('a', name)));
				await balancer.setBackends(ALL, [...backends, ...added.map(({ backend }) => backend)], PATIENT);
				await waitFor(async () => (await answering(load)).length === 4, 'all four to answer');
				expect(await balancer.setBackends(ALL, backends, PATIENT)).toEqual({ cut: 0 });
				expect(await answering(load)).toEqual(['web.1@a', 'web.2@a']);
				// Nobody asks them any more.
				await Promise.all(added.map((upstream) => upstream.kill('SIGKILL')));
				expect(await answering(load)).toEqual(['web.1@a', 'web.2@a']);
			}
			expect((await load.stop()).failed).toEqual([]);
		});

		it('that go are drained, and cut after a time', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 2 });
			const slow = [1, 2].map(() => askLong(app));
			const sessions = () => backends.map((backend) => watch.backend(backend).sessions);
			await watch.until(() => sessions().join() === '1,1', 'the sessions to be seen');
			expect(await balancer.setBackends(ALL, [backends[0]!], { withinMs: 300 })).toEqual({ cut: 1 });
			await watch.until(({ backends: left }) => left.length === 1, 'it to be gone');
			expect((await balancer.setBackends(ALL, [], { withinMs: 300 })).cut).toBe(1);
			expect(await Promise.all(slow)).toEqual(['cut', 'cut']);
		});

		it('that come can stand in for those that go next', async () => {
			const { app, balancer } = await balanced({ a: 1 }, { healthCheck: '/slow?ms=300' });
			const load = await loaded(app);
			const added = await app.upstream('b', 'web.1');
			await balancer.setServing('b', true, PATIENT);
			await balancer.setBackends(['b'], [added.backend], PATIENT);
			await balancer.setBackends(['a'], [], PATIENT);
			expect((await load.stop()).failed).toEqual([]);
		});

		it('that took no part go too', async () => {
			const { balancer, watch, backends } = await balanced({ a: 2, b: 1 }, {}, { b: false });
			await balancer.drain(backends[0]!, PATIENT);
			await balancer.setBackends(ALL, [backends[1]!], PATIENT);
			await watch.until(
				({ backends: left }) => left.length === 1,
				'the held one and the one that is off to go',
			);
		});

		it('none: the answer is 503', async () => {
			const { app, balancer } = await balanced({ a: 1 });
			await balancer.setBackends(ALL, [], PATIENT);
			expect((await ask(`${app.url}/`)).status).toBe(503);
		});

		it('that are listed again keep their sessions and their counts', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 1 });
			const slow = ask(`${app.url}/slow?ms=1500`);
			await watch.until(() => watch.backend(backends[0]!).sessions === 1, 'the session to be seen');
			const added = await app.upstream('a', 'web.2');
			await balancer.setBackends(ALL, [...backends, added.backend], PATIENT);
			await watch.until(({ backends: now }) => now.length === 2, 'both to be seen');
			expect((await slow).status).toBe(200);
			await watch.until(() => watch.backend(backends[0]!).requests > 0, 'the request to be counted');
		});
	});

	describe(`${name}: health`, () => {
		it('decides who gets traffic, and says why', async () => {
			const { app, watch, upstreams, backends } = await balanced({ a: 2 });
			const load = await loaded(app);
			await ask(`${upstreams[0]!.url}/control/unhealthy`, { method: 'POST' });
			await watch.untilState(backends[0]!, 'unhealthy');
			expect(watch.backend(backends[0]!).reason).toMatch(/503/);
			expect(await answering(load)).toEqual(['web.2@a']);
			await ask(`${upstreams[0]!.url}/control/healthy`, { method: 'POST' });
			await watch.untilState(backends[0]!, 'healthy');
			expect(watch.backend(backends[0]!).reason).toBe(null);
			expect(await answering(load)).toEqual(['web.1@a', 'web.2@a']);
			expect((await load.stop()).failed).toEqual([]);
		});

		it('a kill fails no more than what was under way there', async () => {
			const { app, watch, upstreams, backends } = await balanced({ a: 2 });
			const load = await loaded(app);
			await upstreams[0]!.kill('SIGKILL');
			await watch.untilState(backends[0]!, 'unhealthy');
			expect(watch.backend(backends[0]!).reason).not.toBe(null);
			expect(await answering(load)).toEqual(['web.2@a']);
			await upstreams[0]!.restart();
			await watch.untilState(backends[0]!, 'healthy');
			expect(await answering(load)).toEqual(['web.1@a', 'web.2@a']);
			// Eight are under way at most, on both together.
			expect((await load.stop()).failed.length).toBeLessThanOrEqual(8);
		});

		it('all of them unhealthy: 503, until one recovers', async () => {
			const { app, watch, upstreams, backends } = await balanced({ a: 1 });
			await ask(`${upstreams[0]!.url}/control/unhealthy`, { method: 'POST' });
			await watch.untilState(backends[0]!, 'unhealthy');
			expect((await ask(`${app.url}/`)).status).toBe(503);
			await ask(`${upstreams[0]!.url}/control/healthy`, { method: 'POST' });
			await watch.untilState(backends[0]!, 'healthy');
			expect((await ask(`${app.url}/`)).status).toBe(200);
		});
	});

	describe(`${name}: drain and release`, () => {
		it('restarts an instance without a failed request', async () => {
			const { app, balancer, watch, upstreams, backends } = await balanced({ a: 2 });
			const load = await loaded(app);
			for (const [at, upstream] of upstreams.entries()) {
				const backend = backends[at]!;
				expect(await balancer.drain(backend, PATIENT)).toEqual({ cut: 0 });
				await watch.untilState(backend, 'held');
				expect(await answering(load)).not.toContain(labelOf(backend));
				await upstream.kill('SIGKILL');
				await upstream.restart();
				await balancer.release(backend, { withinMs: 20_000 });
				await watch.untilState(backend, 'healthy');
				expect(await answering(load)).toContain(labelOf(backend));
			}
			expect((await load.stop()).failed).toEqual([]);
		});

		it('cuts what outlives it, and counts it', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 1 });
			const slow = askLong(app);
			await watch.until(() => watch.backend(backends[0]!).sessions === 1, 'the session to be seen');
			const left: number[] = [];
			const options = { withinMs: 300, onSessions: (count: number) => left.push(count) };
			expect(await balancer.drain(backends[0]!, options)).toEqual({ cut: 1 });
			expect(await slow).toBe('cut');
			expect(left[0]).toBe(1);
		});

		it('gives up on what does not become healthy, and says so', async () => {
			const { balancer, upstreams, backends } = await balanced({ a: 2 });
			await balancer.drain(backends[0]!, PATIENT);
			await upstreams[0]!.kill('SIGKILL');
			const release = balancer.release(backends[0]!, { withinMs: 500 });
			await expect(release).rejects.toMatchObject({ name: 'ProcdeckError', code: 'timeout' });
		});

		it('of what is no backend is refused', async () => {
			const { balancer, backends } = await balanced({ a: 1 });
			const stranger = { ...backends[0]!, instance: 'web.9' };
			await expect(balancer.drain(stranger, PATIENT)).rejects.toMatchObject({ code: 'refused' });
			const release = balancer.release(stranger, { withinMs: 500 });
			await expect(release).rejects.toMatchObject({ code: 'refused' });
		});

		it('leaves the server off where it was switched off meanwhile', async () => {
			const { balancer, watch, backends } = await balanced({ a: 1, b: 1 });
			await balancer.drain(backends[0]!, PATIENT);
			await balancer.setServing('a', false, PATIENT);
			await balancer.release(backends[0]!, { withinMs: 500 });
			await watch.untilState(backends[0]!, 'off');
		});
	});

	describe(`${name}: comes back and is mended`, () => {
		it('a restart comes back to the configuration, and forgets what was held', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 2, b: 1 });
			await balancer.setServing('b', false, PATIENT);
			const added = await app.upstream('a', 'web.3');
			await balancer.setBackends(ALL, [...backends, added.backend], PATIENT);
			await balancer.drain(backends[0]!, PATIENT);
			await watch.untilState(backends[0]!, 'held');
			await app.restart();
			for (const backend of [backends[0]!, backends[1]!, added.backend])
				await watch.untilState(backend, 'healthy');
			expect(watch.latest.connection).toBe('connected');
			expect(watch.backend(backends[2]!).state).toBe('off');
			const load = await loaded(app);
			expect(await answering(load)).toEqual(['web.1@a', 'web.2@a', 'web.3@a']);
		});

		it('what somebody else has changed is shown, and mended without a failed request', async () => {
			const { app, balancer, watch, backends, configuration } = await balanced({ a: 2 });
			const load = await loaded(app);
			expect(watch.latest.drift).toEqual([]);
			await app.meddle(backends[0]!);
			await watch.until(
				({ drift }) => drift.length > 0 && watch.backend(backends[0]!).state !== 'healthy',
				'it to be seen',
			);
			await balancer.mend();
			await watch.until(({ drift }) => drift.length === 0, 'no drift to be left');
			await watch.untilState(backends[0]!, 'healthy');
			expect(watch.latest.configuration).toEqual(configuration);
			expect(await answering(load)).toEqual(['web.1@a', 'web.2@a']);
			expect((await load.stop()).failed).toEqual([]);
		});

		it('what a client that went away has left drained is given traffic again', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 2 });
			const other = await app.connect();
			await other.drain(backends[0]!, PATIENT);
			await other.close();
			await watch.untilState(backends[0]!, 'held');
			await balancer.mend();
			await watch.untilState(backends[0]!, 'healthy');
		});
	});

	describe(`${name}: observe`, () => {
		it('shows every client what another one changes, until it is stopped', async () => {
			const { app, balancer, watch, backends } = await balanced({ a: 2 });
			const other = await connected(app);
			const otherWatch = await watched(other);
			await balancer.drain(backends[0]!, PATIENT);
			await otherWatch.untilState(backends[0]!, 'held');
			await watch.untilState(backends[0]!, 'held');
			otherWatch.stop();
			const seen = otherWatch.pushed.length;
			await balancer.release(backends[0]!, { withinMs: 20_000 });
			await watch.untilState(backends[0]!, 'healthy');
			expect(otherWatch.pushed).toHaveLength(seen);
		});

		it('counts requests and errors, and tells how long an answer takes', async () => {
			const { app, watch, backends } = await balanced({ a: 1 });
			for (let count = 0; count < 3; count += 1) await ask(`${app.url}/slow?ms=30`);
			await ask(`${app.url}/fails`);
			const backend = () => watch.backend(backends[0]!);
			await watch.until(() => backend().requests === 4, 'the requests to be counted');
			await watch.until(() => backend().errors === 1, 'the error to be counted');
			await watch.until(() => (backend().responseMs ?? 0) > 5, 'the time to be told');
			expect(backend().responseMs).toBeLessThan(5_000);
		});
	});

	describe(`${name}: requests`, () => {
		it('tells the instance who asks, and for which host', async () => {
			const { app } = await balanced({ a: 1 });
			const { body } = await ask(`${app.url}/headers`, { headers: { host: 'shop.example' } });
			expect(JSON.parse(body)).toMatchObject({
				host: 'shop.example',
				'x-forwarded-host': 'shop.example',
				'x-forwarded-proto': 'http',
				'x-forwarded-for': expect.stringMatching(/^[\d.:a-f]+$/),
			});
		});

		it('believes no client about that', async () => {
			const { app } = await balanced({ a: 1 });
			const forged = {
				'x-forwarded-for': '192.0.2.1',
				'x-forwarded-proto': 'https',
				'x-forwarded-host': 'evil',
			};
			const { body } = await ask(`${app.url}/headers`, { headers: { ...forged, host: 'shop.example' } });
			const seen = JSON.parse(body) as Record<string, string>;
			expect(seen['x-forwarded-proto']).toBe('http');
			expect(seen['x-forwarded-host']).toBe('shop.example');
			// The last one is ours.
			expect(seen['x-forwarded-for']?.split(', ').at(-1)).not.toBe('192.0.2.1');
		});

		it('streams bodies both ways', async () => {
			const { app } = await balanced({ a: 1 });
			const asked = request(`${app.url}/echo`, { method: 'POST', agent: false });
			asked.write('first');
			const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
			const ended = once(response, 'end');
			expect(String((await once(response, 'data'))[0])).toBe('first');
			asked.end('second');
			expect(String((await once(response, 'data'))[0])).toBe('second');
			await ended;
		});

		it('passes large bodies through unharmed', async () => {
			const { app } = await balanced({ a: 1 });
			const body = 'procdeck'.repeat(1024 * 1024);
			const answer = await ask(`${app.url}/echo`, { method: 'POST', body });
			expect(answer.body === body).toBe(true);
		});

		it('upgrades connections', async () => {
			const { app } = await balanced({ a: 1 });
			const upgraded = await upgrade(`${app.url}/`);
			expect(upgraded.instance).toBe('web.1@a');
			await upgraded.echo('hello');
			await upgraded.echo('again');
			upgraded.socket.destroy();
		});

		it('ends at the instance when the client goes away', async () => {
			const { app, watch, upstreams, backends } = await balanced({ a: 1 });
			const asked = request(`${app.url}/slow?ms=60000`, { agent: false }).on('error', () => {});
			asked.end();
			await watch.until(() => watch.backend(backends[0]!).sessions === 1, 'the session to be seen');
			asked.destroy();
			await watch.until(() => watch.backend(backends[0]!).sessions === 0, 'the session to be over');
			await waitFor(
				async () => (await ask(`${upstreams[0]!.url}/abandoned`)).body !== '0',
				'the instance to be told',
			);
		});

		it('are spread evenly', async () => {
			const { app } = await balanced({ a: 2, b: 2 }, { algorithm: 'roundrobin' });
			const load = await loaded(app);
			load.restartCount();
			await answers(load, 400);
			const counts = Object.values((await load.stop()).byInstance);
			expect(counts).toHaveLength(4);
			expect(Math.max(...counts)).toBeLessThan(2 * Math.min(...counts));
		});

		it('go where the fewest are under way', async () => {
			const { app, watch, backends } = await balanced({ a: 2 });
			const asked = request(`${app.url}/slow?ms=60000`, { agent: false }).on('error', () => {});
			asked.end();
			const busy = () => backends.filter((backend) => watch.backend(backend).sessions > 0);
			await watch.until(() => busy().length === 1, 'the session to be seen');
			const idle = backends.find((backend) => backend !== busy()[0])!;
			for (let count = 0; count < 6; count += 1)
				expect((await ask(`${app.url}/`)).instance).toBe(labelOf(idle));
			asked.destroy();
		});

		it('of one client go to one instance with `source`', async () => {
			const { app } = await balanced({ a: 3 }, { algorithm: 'source' });
			const answered = new Set<string>();
			for (let count = 0; count < 10; count += 1) answered.add((await ask(`${app.url}/`)).instance);
			expect(answered.size).toBe(1);
		});

		it('of one client stay with their instance by a cookie with `sticky`, while it is there', async () => {
			const { app, balancer, backends } = await balanced({ a: 2 }, { sticky: true, algorithm: 'roundrobin' });
			const first = await ask(`${app.url}/`);
			const cookie = String(first.headers['set-cookie']).split(';')[0]!;
			for (let count = 0; count < 6; count += 1)
				expect((await ask(`${app.url}/`, { headers: { cookie } })).instance).toBe(first.instance);
			const home = backends.find((backend) => labelOf(backend) === first.instance)!;
			await balancer.drain(home, PATIENT);
			const moved = await ask(`${app.url}/`, { headers: { cookie } });
			expect(moved.status).toBe(200);
			expect(moved.instance).not.toBe(first.instance);
		});

		it('carry no body twice: what an instance has begun to read is not sent to another', async () => {
			const { app, watch, upstreams, backends } = await balanced({ a: 2 });
			const asked = request(`${app.url}/slow?ms=60000`, { method: 'POST', agent: false });
			asked.end('order');
			const answer = answerOf(asked).catch(() => null);
			const busy = () => backends.findIndex((backend) => watch.backend(backend).sessions > 0);
			await watch.until(() => busy() !== -1, 'the session to be seen');
			await upstreams[busy()]!.kill('SIGKILL');
			expect((await answer)?.status ?? 502).toBe(502);
		});
	});
}
