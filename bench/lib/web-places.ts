import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Balancer } from '../../src/balancer/balancer.ts';
import { withBalancer } from '../../src/commands/open-balancer.ts';
import { loadStack } from '../../src/files/load-stack.ts';
import type { Fleet } from '../../test/fleet/machinery/fleet.ts';
import type { PsJson } from '../../test/support/contract.ts';
import { freePort } from '../../test/support/free-port.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { App } from './app.ts';
import { verb } from './background.ts';
import { progress } from './benchmark.ts';
import { CODE, changedAt, unitOf, writeStack } from './servers.ts';
import { PROGRAMS } from './tools.ts';

/** When an instance was told to die, and when it was seen to be dead; in milliseconds since the epoch. */
export interface Death {
	readonly sentAt: number;
	readonly deadAt: number;
}

/** Two servers whose web instances are behind a load balancer. */
export interface WebPlace {
	readonly name: string;
	/** Where the load balancer listens. */
	readonly host: string;
	readonly port: number;
	readonly servers: readonly [string, string];
	/** Runs a verb of Procdeck to its end. */
	verb(...args: string[]): Promise<string>;
	/** Ends an instance by `kill -9`. */
	kill(server: string, index: number): Promise<Death>;
	/** Runs `use` with the load balancer, by a connection of its own that is open. */
	withBalancer<T>(use: (balancer: Balancer) => Promise<T>): Promise<T>;
}

const PROGRAM = 'answers-web.js';
const WEB = `INSTANCE=$PROCDECK_SERVER/$PS exec node ${PROGRAM}`;
const READINESS = 'processes:\n  web: { ready: { http: / } }\n';
const INSTANCES = 2;
const BALANCER_PORT = 8080;
/** Below those that the kernel gives to connections. */
const FIRST_PORT = 28_000;

const programText = () => readFile(join(PROGRAMS, PROGRAM), 'utf8');

async function begin(app: App, servers: readonly string[], home: string, port: number): Promise<void> {
	for (const server of servers) await verb(app, 'scale', `web=${INSTANCES}`, '--server', server);
	await verb(app, 'lb', 'add', home, '--port', String(port), '--yes');
}

/** Servers over SSH, with HAProxy on a third one. */
export async function webOnServers(app: App, fleet: Fleet): Promise<WebPlace> {
	const servers = ['web1', 'web2'] as const;
	const home = fleet.host('jobs1');
	progress('serve: the stack on servers');
	const text = await programText();
	for (const server of servers) await fleet.host(server).run(`cat >${CODE}/${PROGRAM}`, text);
	await writeStack(app, { web: WEB }, { web1: 'web1', web2: 'web2', jobs1: 'jobs1' }, READINESS);
	await begin(app, servers, home.name, BALANCER_PORT);
	return {
		name: 'HAProxy, servers over SSH',
		host: home.address,
		port: BALANCER_PORT,
		servers,
		verb: (...args) => verb(app, ...args),
		withBalancer: (use) => withBalancerOf(app, use),
		async kill(server, index) {
			const [host, unit] = [fleet.host(server), unitOf('web', index)];
			const sentAt = Date.now();
			await host.run(`systemctl kill --signal=KILL ${unit}`);
			// Until systemd has noted this end it tells of the one before.
			const deadAt = await waitFor(async () => {
				const at = await changedAt(host, unit, 'ActiveExitTimestamp');
				return at >= sentAt && at;
			}, `${unit} to be dead`);
			return { sentAt, deadAt };
		},
	};
}

/** Two servers on this machine, and the embedded load balancer. */
export async function webHere(app: App): Promise<WebPlace> {
	const servers = ['a', 'b'] as const;
	progress('serve: the stack on this machine');
	await app.write(PROGRAM, await programText());
	await app.write('Procfile', `web: ${WEB}\n`);
	const entries = servers.map(
		(server, at) => `  ${server}: { local: true, port_base: ${FIRST_PORT + at * 100} }\n`,
	);
	await app.write('procdeck.yml', `servers:\n${entries.join('')}${READINESS}`);
	await verb(app, 'start', '--all');
	const port = await freePort();
	await begin(app, servers, servers[0], port);
	return {
		name: 'embedded, this machine',
		host: '127.0.0.1',
		port,
		servers,
		verb: (...args) => verb(app, ...args),
		withBalancer: (use) => withBalancerOf(app, use),
		async kill(server, index) {
			const pid = await pidOf(app, server, `web.${index}`);
			const sentAt = Date.now();
			process.kill(pid, 'SIGKILL');
			return { sentAt, deadAt: Date.now() };
		},
	};
}

async function withBalancerOf<T>(app: App, use: (balancer: Balancer) => Promise<T>): Promise<T> {
	process.env.XDG_STATE_HOME = app.stateHome;
	const stack = await loadStack({ directory: app.directory, procfile: null, environment: null });
	return withBalancer(stack, (balancer) => use(balancer!));
}

async function pidOf(app: App, server: string, instance: string): Promise<number> {
	const { servers } = JSON.parse(await verb(app, 'ps', '--json')) as PsJson;
	const { processes } = servers.find(({ name }) => name === server)!;
	const found = processes.flatMap(({ instances }) => instances).find(({ name }) => name === instance);
	if (found?.pid == null) throw new Error(`${instance} of ${server} does not run`);
	return found.pid;
}
