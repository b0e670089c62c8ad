import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Balancer } from '../../src/balancer/balancer.ts';
import { embeddedBalancer } from '../../src/balancer/embedded/client.ts';
import { loadStack } from '../../src/files/load-stack.ts';
import { Turns } from '../../src/files/turns.ts';
import type { BalancerConfiguration } from '../../src/model/balancer.ts';
import { embeddedServer } from '../../src/server/embedded/client.ts';
import { statePaths } from '../../src/server/embedded/paths.ts';
import { readOnce } from '../../src/server/stack-source.ts';
import { balanced } from '../../src/session/balanced-server.ts';
import type { WatchBalancer } from '../../src/session/balancer-watch.ts';
import { firstConfiguration } from '../../src/session/load-balancer.ts';
import { snapshotOf } from '../../src/session/snapshot.ts';
import { BalancerWatch } from '../contract/balancer-app.ts';
import { Client } from '../contract/client.ts';
import { fixture } from '../support/binary.ts';
import { freePort } from '../support/free-port.ts';
import { HttpLoad } from '../support/http-load.ts';
import { killAll, processesWith } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const HERE = '127.0.0.1';

export interface BalancedServer {
	/** As commands and the console have it. */
	readonly client: Client;
	/** Past the load balancer. */
	readonly plain: Client;
}

/** Two local servers, `a` and `b`, behind the load balancer of `a`; all of it ends with the test. */
export interface BalancedApp {
	readonly a: BalancedServer;
	readonly b: BalancedServer;
	readonly balancer: Balancer;
	readonly watch: BalancerWatch;
	readonly url: string;
	write(name: string, text: string): Promise<void>;
	/** Web clients that ask until the test, or who stops them, ends. */
	load(): HttpLoad;
	/** The instances of web that run on a server. */
	running(server: BalancedServer): Promise<string[]>;
}

export interface BalancedAppOptions {
	/** How many instances of web run on each server. */
	readonly counts: readonly [number, number];
	readonly healthCheck?: string;
	readonly drainTimeoutMs?: number;
	/** Whether web has settled when it listens (true). */
	readonly isReadyOnceListening?: boolean;
	/** What comes before the web program in its command. */
	readonly command?: string;
}

const FILES = {
	worker: fixture('runs'),
	web: (before: string) => `${before}INSTANCE=$PROCDECK_SERVER/$PS exec node ${fixture('serves-web.js')}`,
};

/** A Procfile whose web begins with something else. */
export function procfile(before = ''): string {
	return `web: ${FILES.web(before)}\nworker: ${FILES.worker}\n`;
}

/** Servers of their own under supervisors of the built binary. */
export async function balancedApp({
	counts,
	healthCheck = '/health',
	drainTimeoutMs = 20_000,
	isReadyOnceListening = true,
	command = '',
}: BalancedAppOptions): Promise<BalancedApp> {
	const root = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-test-')));
	const [directory, stateHome] = [join(root, 'app'), join(root, 'state')];
	await mkdir(directory);
	const write = (name: string, text: string) => writeFile(join(directory, name), text);
	vi.stubEnv('XDG_STATE_HOME', stateHome);
	await write('Procfile', procfile(command));
	const [first, second] = [await freePort(), await freePort()];
	await write(
		'procdeck.yml',
		`servers:
  a: { local: true, port_base: ${first} }
  b: { local: true, port_base: ${second} }
processes:
  web: ${isReadyOnceListening ? '{ ready: { tcp: true } }' : '{}'}
  worker: { scale: { a: 0, b: 0 } }
`,
	);
	const location = { directory, procfile: null, environment: null };
	const stack = await loadStack(location);
	const [homeDefinition] = stack.servers;
	if (homeDefinition === undefined) throw new Error('the stack has no server');
	const home = statePaths(stack, homeDefinition.name);
	const balancer = embeddedBalancer({
		server: 'a',
		directory: home.balancer,
		supervisorSocket: home.socket.path,
	});
	const turns = new Turns();
	const shell = { XDG_STATE_HOME: stateHome };
	const servers = stack.servers.map((definition) => {
		const open = () => embeddedServer({ source: readOnce(stack), definition, location, mode: 'attach' });
		const watchBalancer: WatchBalancer = (listener) => {
			const stopping = balancer.observe(listener);
			return () => void stopping.then((stop) => stop());
		};
		const balancing = async () => ({ balancer, address: HERE, turns, keep: async () => {} });
		return {
			client: new Client(balanced(open(), balancing, watchBalancer), shell),
			plain: new Client(open(), shell),
		};
	});
	const processes = () => processesWith(`XDG_STATE_HOME=${stateHome}`);
	onTestFinished(async () => {
		await balancer.close();
		await Promise.all(servers.flatMap(({ client, plain }) => [client.server.close(), plain.server.close()]));
		await waitFor(() => {
			killAll(processes());
			return processes().length === 0;
		}, 'everything to end');
		await rm(root, { recursive: true, force: true, maxRetries: 5 });
		vi.unstubAllEnvs();
	});
	for (const [at, { plain }] of servers.entries()) {
		await plain.start();
		await plain.scaleTo('web', counts[at]!);
	}
	const port = await freePort();
	const observations = await Promise.all(servers.map(({ plain }) => snapshotOf(plain.server)));
	const settings = {
		port,
		healthCheck,
		algorithm: 'leastconn',
		sticky: false,
		drainTimeoutMs,
		certificate: null,
	} as const;
	const configuration = firstConfiguration({ stack, settings }, observations, () => HERE, null);
	await addBalancer(balancer, configuration);
	const watch = await BalancerWatch.of(balancer);
	onTestFinished(() => watch.stop());
	const [a, b] = servers;
	const url = `http://${HERE}:${port}/`;
	return {
		a: a!,
		b: b!,
		balancer,
		watch,
		url,
		write,
		load() {
			const load = new HttpLoad({ url });
			onTestFinished(async () => void (await load.stop()));
			return load;
		},
		async running({ plain }) {
			const { instances } = await snapshotOf(plain.server);
			return instances
				.filter(({ type, state }) => type === 'web' && state !== 'stopped')
				.map(({ name }) => name);
		},
	};
}

async function addBalancer(balancer: Balancer, configuration: BalancerConfiguration): Promise<void> {
	await balancer.setup.write(await balancer.setup.plan(configuration), configuration);
}
