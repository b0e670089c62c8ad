import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { lookUp, without } from '../../model/look-up.ts';
import type { Drained, DrainOptions } from '../balancer.ts';
import { changeBackends } from './backends-change.ts';
import type { Written } from './configuration-text.ts';
import { serverName } from './names.ts';
import { whyUnhealthy } from './observation.ts';
import { holding, keepConfiguration } from './present.ts';
import type { RuntimeServer } from './runtime-state.ts';
import type { BalancerSession } from './session.ts';
import type { Traffic } from './traffic.ts';

const POLL_EVERY_MS = 100;

/** Switches a server's traffic. It is in the configuration before it is in effect. */
export async function changeServing(
	session: BalancerSession,
	traffic: Traffic,
	{ server, isOn }: { readonly server: string; readonly isOn: boolean },
	{ withinMs, onSessions }: DrainOptions,
): Promise<Drained> {
	const asked = traffic.state();
	asked.catch(() => {});
	const { settings, names, known } = await holding(session, async (control, present) => {
		// Where nothing answers, nothing is written either.
		const known = await asked;
		const { configuration } = present;
		const serving = { ...configuration.serving, [server]: isOn };
		await keepConfiguration(session, control, present, {
			...present,
			configuration: { ...configuration, serving },
		});
		const names = configuration.backends.filter((each) => each.server === server).map(serverName);
		if (!isOn) await traffic.close(names, configuration.settings);
		return { settings: configuration.settings, names, known };
	});
	if (!isOn) return traffic.drained(names, withinMs ?? settings.drainTimeoutMs, onSessions);
	await traffic.open(names, { isFresh: false, known });
	return { cut: 0 };
}

/** Drains a server's backends and takes them out of the configuration, and the server with them. */
export async function forgetServer(
	session: BalancerSession,
	traffic: Traffic,
	server: string,
	options: DrainOptions,
): Promise<Drained> {
	const drained = await changeBackends(session, traffic, { servers: [server], backends: [] }, options);
	await holding(session, async (control, present) => {
		const { configuration } = present;
		const serving = without(configuration.serving, server);
		await keepConfiguration(session, control, present, {
			...present,
			configuration: { ...configuration, serving },
		});
	});
	return drained;
}

/** Takes one backend out of turn; its configuration does not know. */
export async function drainBackend(
	session: BalancerSession,
	traffic: Traffic,
	backend: Backend,
	{ withinMs, onSessions }: DrainOptions,
): Promise<Drained> {
	const name = serverName(backend);
	const { settings } = await holding(session, async (_, present) => {
		requireBackend(present, backend);
		await traffic.close([name], present.configuration.settings);
		return present.configuration;
	});
	return traffic.drained([name], withinMs ?? settings.drainTimeoutMs, onSessions);
}

/** Gives a backend traffic again, unless its server is Off. */
export async function releaseBackend(
	session: BalancerSession,
	traffic: Traffic,
	backend: Backend,
	withinMs: number,
): Promise<void> {
	const deadline = performance.now() + withinMs;
	const { serving, settings } = await holding(session, async (_, present) => {
		requireBackend(present, backend);
		return present.configuration;
	});
	if (lookUp(serving, backend.server) !== true) return;
	const name = serverName(backend);
	await traffic.open([name], { isFresh: true });
	for (;;) {
		const server = (await traffic.state()).servers.find((each) => each.name === name);
		if (server?.isUp === true && server.check !== null) return;
		if (performance.now() > deadline) throw late(backend, server, settings.healthCheck);
		await sleep(POLL_EVERY_MS);
	}
}

/** @throws ProcdeckError `refused` */
function requireBackend({ configuration }: Written, { server, instance }: Backend): void {
	if (configuration.backends.some((each) => each.server === server && each.instance === instance)) return;
	throw new ProcdeckError('refused', `${instance} of ${server} is no backend of the load balancer`);
}

function late(backend: Backend, server: RuntimeServer | undefined, healthCheck: string): ProcdeckError {
	const why = server === undefined ? 'HAProxy does not know it' : whyUnhealthy(server, healthCheck);
	return new ProcdeckError('timeout', `${backend.instance} of ${backend.server} is not healthy: ${why}`);
}
