import { objectPath, stackUnit, unitName } from '../../src/server/systemd/names.ts';
import { bootFleet, type Fleet } from '../../test/fleet/machinery/fleet.ts';
import type { Host } from '../../test/fleet/machinery/host.ts';
import type { App } from './app.ts';
import { progress } from './benchmark.ts';

/** Names of the servers, each a Debian with systemd and sshd. */
export const SERVERS = ['web1', 'web2', 'jobs1'] as const;

export const STACK = { name: 'bench', environment: 'production' };
const UNIT_PREFIX = stackUnit(STACK);
/** Where the app's code would be on them. */
export const CODE = `/srv/${STACK.name}`;

/** Runs `use` with servers of its own, which are gone afterwards. @throws Error where this machine cannot have them */
export async function withServers<T>(use: (fleet: Fleet) => Promise<T>): Promise<T> {
	progress('servers boot');
	const fleet = await bootFleet(SERVERS);
	const { PATH = '' } = process.env;
	// Procdeck asks `ssh` for the settings of a host.
	process.env.PATH = `${fleet.binFolder}:${PATH}`;
	try {
		for (const host of fleet.hosts) await host.run(`install -d -o deploy ${CODE}`);
		return await use(fleet);
	} finally {
		process.env.PATH = PATH;
		await fleet.remove();
	}
}

/**
 * Writes an app that runs on servers: its process types, and by the name of each server its Host of the ssh configuration.
 * @param more of the stack file
 */
export async function writeStack(
	app: App,
	types: Readonly<Record<string, string>>,
	hosts: Readonly<Record<string, string>>,
	more = '',
): Promise<void> {
	await app.write(
		'Procfile',
		lines(types, (type, command) => `${type}: ${command}`),
	);
	const servers = lines(hosts, (name, host) => `  ${name}: { host: ${host} }`);
	const head = `stack: ${STACK.name}\nenvironment: ${STACK.environment}\npath: ${CODE}\n`;
	await app.write('procdeck.yml', `${head}servers:\n${servers}${more}`);
}

function lines(entries: Readonly<Record<string, string>>, line: (key: string, value: string) => string) {
	return Object.entries(entries)
		.map(([key, value]) => `${line(key, value)}\n`)
		.join('');
}

/** The unit of an instance: `worker`, 2. */
export function unitOf(type: string, index: number): string {
	return unitName(UNIT_PREFIX, type, index);
}

/**
 * When systemd last changed a unit, by its own word, in milliseconds since the epoch and exact to a microsecond. The
 * servers are containers on this machine: its clock is theirs.
 */
export async function changedAt(
	host: Host,
	unit: string,
	change: 'ActiveEnterTimestamp' | 'ActiveExitTimestamp' | 'InactiveEnterTimestamp',
): Promise<number> {
	const get = `busctl get-property org.freedesktop.systemd1 ${objectPath(unit)} org.freedesktop.systemd1.Unit ${change}`;
	const [, microseconds] = (await host.run(get)).split(' ');
	return Number(microseconds) / 1000;
}

/** A moment of `performance.now()` in milliseconds since the epoch, as systemd tells the time; exact to one. */
export function wallTime(at: number): number {
	return Date.now() - (performance.now() - at);
}
