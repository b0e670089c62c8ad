import { rm, writeFile } from 'node:fs/promises';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Balancer } from '../../../src/balancer/balancer.ts';
import type { BalancerConfiguration, BalancerSettings } from '../../../src/model/balancer.ts';
import { BalancerWatch } from '../../contract/balancer-app.ts';
import { answerOf, ask } from '../../contract/balancer-requests.ts';
import { certificate, servedSerial } from '../../support/certificate.ts';
import { freePort } from '../../support/free-port.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type EmbeddedBalancerApp, embeddedBalancerApp } from './app.ts';

interface Placed {
	readonly app: EmbeddedBalancerApp;
	readonly balancer: Balancer;
	readonly watch: BalancerWatch;
	readonly configuration: BalancerConfiguration;
	/** Sets it up with these settings, which may be others than the first. */
	place(settings: Partial<BalancerSettings>): Promise<void>;
}

async function placed(): Promise<Placed> {
	const app = await embeddedBalancerApp();
	const upstream = await app.upstream('a', 'web.1');
	const balancer = await app.connect();
	onTestFinished(() => balancer.close());
	const configuration: BalancerConfiguration = {
		settings: {
			port: app.port,
			healthCheck: '/health',
			algorithm: 'leastconn',
			sticky: false,
			drainTimeoutMs: 20_000,
			certificate: null,
		},
		serving: { a: true },
		backends: [upstream.backend],
	};
	const place = async (settings: Partial<BalancerSettings>) => {
		const changed = { ...configuration, settings: { ...configuration.settings, ...settings } };
		await balancer.setup.write(await balancer.setup.plan(changed), changed);
	};
	return { app, balancer, watch: await BalancerWatch.of(balancer), configuration, place };
}

async function certificateFile(): Promise<string> {
	return join(await tempFolder({ 'both.pem': await certificate() }), 'both.pem');
}

const answers = (url: string) => waitFor(async () => (await ask(url)).status === 200, `${url} to answer`);

describe('where an embedded load balancer listens', () => {
	it('is another port when that is written, and the old one is given up', async () => {
		const { app, place } = await placed();
		await place({});
		await answers(`${app.url}/`);
		const port = await freePort();
		await place({ port });
		await answers(`http://127.0.0.1:${port}/`);
		await expect(ask(`${app.url}/`)).rejects.toThrow();
	});

	it('stays the same when the other port is taken, which says by whom', async () => {
		const { app, watch, place, configuration } = await placed();
		await place({});
		const stranger = await app.upstream('b', 'web.1');
		await expect(place({ port: stranger.backend.port })).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringMatching(/^port \d+ is taken by pid \d+ \(node/),
		});
		await answers(`${app.url}/`);
		await watch.until(({ connection }) => connection === 'connected', 'it to be seen at work');
		expect(watch.latest.configuration).toEqual(configuration);
	});

	it('is told while another program has the port, and listened on once that has ended', async () => {
		const { app, watch, place } = await placed();
		await place({});
		await answers(`${app.url}/`);
		// Somebody takes the port in the moment in which the load balancer is away.
		await (await app.app.connect()).apply({ verb: 'down' });
		await watch.until(({ connection }) => connection === 'stopped', 'it to end');
		const { createServer } = await import('node:http');
		const stranger = createServer().listen(app.port);
		await (await app.app.connect()).start();
		await watch.until(({ reason }) => /^port \d+ is taken by pid/.test(reason ?? ''), 'the reason');
		expect(watch.latest.connection).toBe('stopped');
		stranger.close();
		await watch.until(({ connection }) => connection === 'connected', 'it to listen');
		await answers(`${app.url}/`);
	});

	it('is served with a certificate', async () => {
		const { app, place } = await placed();
		await place({ certificate: await certificateFile() });
		const asked = () => requestTls(`https://127.0.0.1:${app.port}/headers`, { rejectUnauthorized: false });
		const answer = await waitFor(async () => {
			const request = asked();
			request.end();
			const got = await answerOf(request);
			return got.status === 200 && got;
		}, 'it to answer');
		expect(JSON.parse(answer.body)).toMatchObject({ 'x-forwarded-proto': 'https' });
	});

	it('is served with a certificate that was renewed meanwhile', async () => {
		const { app, place } = await placed();
		const file = await certificateFile();
		await place({ certificate: file });
		const serial = () => servedSerial('127.0.0.1', app.port);
		const before = await waitFor(serial, 'it to answer');
		await writeFile(file, 'half of a cert');
		await writeFile(file, await certificate());
		await waitFor(async () => ![before, null].includes(await serial()), 'the other certificate');
	});

	it('stays as it was when a certificate cannot be read', async () => {
		const { app, place } = await placed();
		await place({});
		await expect(place({ certificate: '/nowhere.pem' })).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('/nowhere.pem'),
		});
		const empty = join(await tempFolder({ 'bad.pem': 'no certificate' }), 'bad.pem');
		await expect(place({ certificate: empty })).rejects.toMatchObject({ code: 'refused' });
		await answers(`${app.url}/`);
	});

	it('with a certificate that cannot be read from the start, nothing is set up', async () => {
		const { balancer, place, configuration } = await placed();
		await expect(place({ certificate: '/nowhere.pem' })).rejects.toMatchObject({
			message: expect.stringContaining('/nowhere.pem'),
		});
		expect(await balancer.setup.plan(configuration)).toMatchObject({ isSetUp: false });
	});

	it('comes from the version before where the file is broken at a start', async () => {
		const { app, watch, place } = await placed();
		await place({});
		await place({ algorithm: 'source' });
		const file = join(app.directory, 'configuration.json');
		await writeFile(file, '{"version": 1, "confi');
		await app.restart();
		await watch.until((seen) => seen.configuration?.settings.algorithm === 'leastconn', 'the one before');
		await rm(file);
		await watch.until(({ drift }) => drift.length === 1, 'the drift');
	});
});
