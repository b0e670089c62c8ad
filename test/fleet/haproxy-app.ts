import { onTestFinished } from 'vitest';
import type { Balancer } from '../../src/balancer/balancer.ts';
import { haproxyBalancer } from '../../src/balancer/haproxy/balancer.ts';
import { type BalancerLayout, balancerLayout } from '../../src/balancer/haproxy/layout.ts';
import { connectSsh } from '../../src/link/ssh/connect.ts';
import type { BalancerConfiguration, BalancerSettings } from '../../src/model/balancer.ts';
import type { Stack } from '../../src/model/stack.ts';
import type { BalancerApp, Upstream } from '../contract/balancer-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import type { Host } from './machinery/host.ts';
import { resetHost } from './reset-host.ts';
import { NOBODY } from './systemd-app.ts';

export interface HaproxyApp extends BalancerApp {
	/** Where HAProxy runs. */
	readonly host: Host;
	readonly layout: BalancerLayout;
	/** Connects one more client, as this user. */
	connectAs(user: string): Promise<Balancer>;
	/** One whose servers are all On but for those that are said to be Off. */
	configuration(
		upstreams: readonly Upstream[],
		settings?: Partial<BalancerSettings>,
		serving?: Readonly<Record<string, boolean>>,
	): BalancerConfiguration;
	/** Tells HAProxy something behind Procdeck's back. */
	tell(commands: string): Promise<string>;
}

const SETTINGS: Omit<BalancerSettings, 'port'> = {
	healthCheck: '/health',
	algorithm: 'leastconn',
	sticky: false,
	drainTimeoutMs: 20_000,
	certificate: null,
};

export interface HaproxyAppOptions {
	readonly user?: string;
	readonly scope?: 'system' | 'user';
	readonly port?: number;
	/** Of a stack that is there already: the hosts are taken as they are. */
	readonly stack?: Pick<Stack, 'name' | 'environment'>;
}

let apps = 0;
let lastPort = 20_000;

/** HAProxy on one host of the fleet and web programs on another, both as new. */
export async function haproxyApp({
	user = 'deploy',
	scope = 'system',
	port = 8080,
	stack: existing,
}: HaproxyAppOptions = {}): Promise<HaproxyApp> {
	const host = fleetHost('jobs1');
	const webHost = fleetHost('web1');
	if (existing === undefined) await Promise.all([resetHost(host), resetHost(webHost)]);
	if (scope === 'user') await host.run(`loginctl enable-linger ${user}`);
	// The journal keeps what earlier ones wrote.
	const stack = existing ?? { name: `balanced-${process.pid}-${++apps}`, environment: 'production' };
	const uid = Number(await host.run(`id -u ${user}`));
	const layout = balancerLayout(stack, scope, { home: `/home/${user}`, uid });
	const balancers: Balancer[] = [];
	onTestFinished(async () => void (await Promise.all(balancers.map((each) => each.close()))));
	const connectAs = async (name: string) => {
		const target = { host: host.name, user: name, port: null };
		const configFile = sharedFleet().sshConfigFile;
		const balancer = haproxyBalancer({
			stack,
			definition: { name: host.name, scope },
			connect: (signal) => connectSsh(target, { asker: NOBODY, signal, configFile }),
		});
		balancers.push(balancer);
		return balancer;
	};
	const tell = (commands: string) => host.run(`echo '${commands}' | socat - UNIX-CONNECT:${layout.socket}`);
	return {
		host,
		layout,
		port,
		url: `http://${host.address}:${port}`,
		connectAs,
		connect: () => connectAs(user),
		upstream: (server, instance) => startUpstream(webHost, server, instance),
		tell,
		async restart() {
			const pid = async () => (await tell('show info')).match(/^Pid: (\d+)$/m)?.[1];
			const before = await pid();
			await host.run(`systemctl kill --kill-who=main --signal=KILL ${layout.unit}`);
			await waitFor(async () => (await pid()) !== before, 'HAProxy to be back');
		},
		async meddle({ server, instance }) {
			await tell(
				`set server procdeck/${server}.${instance} state maint;add server procdeck/mine 127.0.0.1:9`,
			);
			await host.run(`sed -i 's/retries 3/retries 2/' ${layout.configPath}`);
		},
		configuration: (upstreams, settings = {}, serving = {}) => ({
			settings: { ...SETTINGS, port, ...settings },
			serving: { ...Object.fromEntries(upstreams.map(({ backend }) => [backend.server, true])), ...serving },
			backends: upstreams.map(({ backend }) => backend),
		}),
		async takePort() {
			const listens = `TCP-LISTEN:${port},fork,reuseaddr PIPE`;
			await host.run(`systemd-run --quiet --collect --unit=procdeck-stranger socat ${listens}`);
			await waitFor(() => host.run(`ss -Hltn sport = :${port}`).then(Boolean), 'the stranger to listen');
		},
	};
}

async function startUpstream(host: Host, server: string, instance: string): Promise<Upstream> {
	const port = ++lastPort;
	const unit = `web-${port}`;
	onTestFinished(async () => void (await host.run(`systemctl stop ${unit} 2>/dev/null || true`)));
	const environment = `-E PORT=${port} -E INSTANCE=${instance}@${server}`;
	const listens = async () => (await fetch(`${url}/health`)).ok;
	const url = `http://${host.address}:${port}`;
	const start = async () => {
		await host.run(
			`systemd-run --quiet --collect --unit=${unit} ${environment} /usr/local/bin/node /srv/fixtures/serves-web.js`,
		);
		await waitFor(listens, `${instance} to listen`);
	};
	await start();
	return {
		backend: { server, instance, address: host.address, port },
		url,
		async kill(signal) {
			await host.run(`systemctl kill --signal=${signal} ${unit}`);
			await waitFor(
				async () => (await host.run(`systemctl is-active ${unit} || true`)) === 'inactive',
				`${instance} to end`,
			);
		},
		restart: start,
	};
}
