import type { Backend } from '../../model/balancer.ts';
import { lookUp } from '../../model/look-up.ts';
import type { Drained, DrainOptions } from '../balancer.ts';
import { resolveAddresses } from './addresses.ts';
import { addCommands } from './commands.ts';
import { endpoint } from './configuration-lines.ts';
import type { Written } from './configuration-text.ts';
import type { Control } from './control.ts';
import { serverName } from './names.ts';
import { holding, keepConfiguration } from './present.ts';
import { reload } from './reload.ts';
import { endpointOf, type RuntimeServer } from './runtime-state.ts';
import type { BalancerSession } from './session.ts';
import { refusal, type Traffic } from './traffic.ts';

/** Makes these the backends of some servers: those that go are drained, and only then forgotten. */
export async function changeBackends(
	session: BalancerSession,
	traffic: Traffic,
	{
		servers: changed,
		backends: wanted,
	}: { readonly servers: readonly string[]; readonly backends: readonly Backend[] },
	{ withinMs, onSessions }: DrainOptions,
): Promise<Drained> {
	const addresses = await resolveAddresses(session.link, wanted);
	const { written, gone, coming } = await holding(session, async (control, present) => {
		const { servers } = await traffic.state();
		const { configuration, machine } = present;
		const others = configuration.backends.filter(({ server }) => !changed.includes(server));
		const now = {
			configuration: { ...configuration, backends: [...others, ...wanted] },
			machine: { ...machine, addresses: { ...machine.addresses, ...addresses } },
		};
		await keepConfiguration(session, control, present, now);
		const known = new Set(configuration.backends.map(serverName));
		const leaving = servers.filter(({ name }) => known.has(name)).filter((server) => !isWanted(server, now));
		const names = leaving.map(({ name }) => name);
		await traffic.close(names, configuration.settings);
		await addMissing(session, traffic, control, now);
		return { written: now, gone: names, coming: openNames(now, present) };
	});
	const [drained] = await Promise.all([
		traffic.drained(gone, withinMs ?? written.configuration.settings.drainTimeoutMs, onSessions),
		traffic.open(
			coming.filter((name) => !gone.includes(name)),
			{ isFresh: false },
		),
	]);
	if (gone.length > 0) await forget(session, traffic, gone);
	return drained;
}

/**
 * Adds what HAProxy does not have yet; where it cannot take servers while it runs, it reads its configuration again.
 * @returns the names of what was added
 */
export async function addMissing(
	session: BalancerSession,
	traffic: Traffic,
	control: Control,
	written: Written,
): Promise<string[]> {
	const { backends, settings } = written.configuration;
	const absent = async () => {
		const names = new Set((await traffic.state()).servers.map(({ name }) => name));
		return backends.filter((backend) => !names.has(serverName(backend)));
	};
	const missing = await absent();
	if (missing.length === 0) return [];
	const added = missing.flatMap((backend) => addCommands(backend, written.machine, settings));
	const { said } = await session.tell(added);
	if ((await absent()).length > 0) await reload(session, control, written);
	if ((await absent()).length > 0) throw refusal(said);
	return missing.map(serverName);
}

/** Takes servers out of HAProxy; where it cannot let them go while it runs, it reads its configuration again. */
export async function removeServers(
	session: BalancerSession,
	traffic: Traffic,
	control: Control,
	written: Written,
	names: readonly string[],
): Promise<void> {
	if (!(await traffic.remove(names))) await reload(session, control, written);
}

/** Forgets what has been drained, unless somebody wants it again by now. */
async function forget(session: BalancerSession, traffic: Traffic, gone: readonly string[]): Promise<void> {
	const { written, added } = await holding(session, async (control, written) => {
		const { servers } = await traffic.state();
		const unwanted = servers.filter((server) => gone.includes(server.name) && !isWanted(server, written));
		const names = unwanted.map(({ name }) => name);
		await removeServers(session, traffic, control, written, names);
		return { written, added: await addMissing(session, traffic, control, written) };
	});
	await traffic.open(
		added.filter((name) => isOn(written, name)),
		{ isFresh: false },
	);
}

/** Whether a configuration has a server with its address. */
function isWanted(server: RuntimeServer, { configuration, machine }: Written): boolean {
	return configuration.backends.some(
		(backend) => serverName(backend) === server.name && endpoint(backend, machine) === endpointOf(server),
	);
}

function isOn({ configuration }: Written, name: string): boolean {
	return configuration.backends.some(
		(backend) => serverName(backend) === name && lookUp(configuration.serving, backend.server) === true,
	);
}

/** Those that are to get traffic now and were not there before; what was there may be held by somebody. */
function openNames(now: Written, before: Written): string[] {
	const known = new Set(before.configuration.backends.map(serverName));
	const names = now.configuration.backends.map(serverName);
	return names.filter((name) => !known.has(name) && isOn(now, name));
}
