import { describe, expect, it, onTestFinished } from 'vitest';
import type { Balancer } from '../../../src/balancer/balancer.ts';
import { embeddedBalancer } from '../../../src/balancer/embedded/client.ts';
import type { BalancerConfiguration } from '../../../src/model/balancer.ts';
import { BalancerWatch, type Upstream } from '../../contract/balancer-app.ts';
import { ask } from '../../contract/balancer-requests.ts';
import { isAlive } from '../../support/processes.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type EmbeddedBalancerApp, embeddedBalancerApp } from './app.ts';

interface SetUp {
	readonly app: EmbeddedBalancerApp;
	readonly balancer: Balancer;
	readonly upstream: Upstream;
}

const configurationOf = (port: number, upstreams: readonly Upstream[]): BalancerConfiguration => ({
	settings: {
		port,
		healthCheck: '/health',
		algorithm: 'leastconn',
		sticky: false,
		drainTimeoutMs: 20_000,
		certificate: null,
	},
	serving: { a: true },
	backends: upstreams.map(({ backend }) => backend),
});

async function setUp(): Promise<SetUp> {
	const app = await embeddedBalancerApp();
	const upstream = await app.upstream('a', 'web.1');
	const balancer = await app.connect();
	onTestFinished(() => balancer.close());
	const configuration = configurationOf(app.port, [upstream]);
	await balancer.setup.write(await balancer.setup.plan(configuration), configuration);
	await answers(app);
	return { app, balancer, upstream };
}

const answers = ({ url }: EmbeddedBalancerApp) =>
	waitFor(async () => (await ask(`${url}/`)).status === 200, 'it to answer');

describe('the keeper of a load balancer', () => {
	it('starts it again when it has ended unasked', async () => {
		const { app, balancer } = await setUp();
		const watch = await BalancerWatch.of(balancer);
		const before = await app.pid();
		await app.kill();
		await watch.until(() => watch.pushed.some(({ connection }) => connection === 'connecting'), 'its end');
		await watch.until(({ connection }) => connection === 'connected', 'it to be back');
		expect(await app.pid()).not.toBe(before);
		await answers(app);
	});

	it('leaves it running when the supervisor is killed, and the next one keeps it', async () => {
		const { app } = await setUp();
		const before = await app.pid();
		await app.app.killSupervisor();
		await answers(app);
		await (await app.app.connect()).start();
		expect(await app.pid()).toBe(before);
		await app.kill();
		await answers(app);
	});

	it('ends it with the stack, and starts it with the stack', async () => {
		const { app, balancer } = await setUp();
		const watch = await BalancerWatch.of(balancer);
		const pid = await app.pid();
		await (await app.app.connect()).apply({ verb: 'down' });
		await waitFor(() => !isAlive(pid), 'it to end');
		await watch.until(({ connection }) => connection === 'stopped', 'it to be seen');
		expect(watch.latest.reason).toMatch(/does not run/);
		expect(watch.latest.configuration?.settings.port).toBe(app.port);
		await (await app.app.connect()).start();
		await watch.until(({ connection }) => connection === 'connected', 'it to be back');
		await answers(app);
	});

	it('does not start it while the stack does not run', async () => {
		const { app, balancer } = await setUp();
		const pid = await app.pid();
		const client = await app.app.connect();
		await client.apply({ verb: 'down' });
		await waitFor(() => !isAlive(pid), 'it to end');
		await expect(balancer.setServing('a', false, { withinMs: null })).rejects.toMatchObject({
			code: 'unreachable',
			// Its end may be seen by the process before it is by the connection.
			message: expect.stringMatching(/does not run|went away/),
		});
	});

	it('where there is none, nothing is left behind and it is said', async () => {
		const directory = await tempFolder({});
		const nobody = embeddedBalancer({
			server: 'local',
			directory: `${directory}/balancer`,
			supervisorSocket: `${directory}/no.sock`,
		});
		const configuration = configurationOf(1, []);
		const write = nobody.setup.plan(configuration).then((plan) => nobody.setup.write(plan, configuration));
		await expect(write).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('supervisor'),
			hint: expect.stringContaining('procdeck start'),
		});
		expect(await nobody.setup.plan(configuration)).toMatchObject({ isSetUp: false });
	});
});
