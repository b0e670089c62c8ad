import type { BalancerSettings } from './balancer.ts';
import { parseSize } from './bytes.ts';
import type { ReleaseSettings } from './release.ts';
import {
	DEFAULT_LOG_MAX,
	type LoadBalancerDefinition,
	type ProcessSettings,
	type ReadyCheck,
	type ServerDefinition,
	type StopStep,
} from './stack.ts';
import type { StackFileContent } from './stack-file.ts';

type ServerContent = NonNullable<StackFileContent['servers']>[string];
type ProcessContent = NonNullable<StackFileContent['processes']>[string];

export const DEFAULT_MAX_INSTANCES = 1000;

const DEFAULT_STOP: ProcessContent['stop'] = ['TERM', 10, 'KILL'];
const DEFAULT_READY_TIMEOUT = 30;

/** The servers in the file's order; without any, this machine under the name `local`. */
export function serverDefinitions(content: StackFileContent): ServerDefinition[] {
	const entries = Object.entries(content.servers ?? {});
	const written: [string, ServerContent][] = entries.length === 0 ? [['local', { local: true }]] : entries;
	let locals = 0;
	return written.map(([name, server]) => toServer(name, server, server.local ? locals++ : 0));
}

function toServer(name: string, server: ServerContent, localIndex: number): ServerDefinition {
	const local = server.local === true;
	return {
		name,
		kind: local ? 'local' : 'ssh',
		host: server.host ?? null,
		user: server.user ?? null,
		port: server.port ?? null,
		supervisor: server.supervisor ?? (local ? 'embedded' : 'systemd'),
		scope: server.scope ?? 'system',
		address: server.address ?? null,
		portBase: server.port_base ?? null,
		localIndex,
		serving: server.serving ?? null,
	};
}

const DEFAULT_KEEP = 5;

/** What the file says of releases; a file that says nothing has the defaults. */
export function releaseSettings({ release, setup = [], keep }: StackFileContent): ReleaseSettings {
	return {
		include: release?.include ?? [],
		exclude: release?.exclude ?? [],
		shared: release?.shared ?? [],
		setup: typeof setup === 'string' ? [setup] : setup,
		keep: keep ?? DEFAULT_KEEP,
	};
}

const DRAIN_TIMEOUT_MS = 30_000;

/** What the file says of a load balancer on a server; a file that says nothing has the defaults. */
export function balancerSettings(
	{ load_balancer: written }: StackFileContent,
	{ kind }: Pick<ServerDefinition, 'kind'>,
): BalancerSettings {
	return {
		port: written?.port ?? (kind === 'local' ? 8080 : 80),
		healthCheck: written?.health_check ?? '/',
		algorithm: written?.algorithm ?? 'leastconn',
		sticky: written?.sticky ?? false,
		drainTimeoutMs: written?.drain_timeout === undefined ? DRAIN_TIMEOUT_MS : written.drain_timeout * 1000,
		certificate: written?.tls?.certificate ?? null,
	};
}

/** The load balancer that the file names a server for. */
export function loadBalancerDefinition(
	content: StackFileContent,
	servers: readonly ServerDefinition[],
): LoadBalancerDefinition | null {
	const server = servers.find(({ name }) => name === content.load_balancer?.server);
	return server === undefined ? null : { server: server.name, settings: balancerSettings(content, server) };
}

/** `processes.TYPE` with its defaults; a type that the file does not mention has all of them. */
export function processSettings(
	content: StackFileContent,
	type: string,
	servers: readonly ServerDefinition[],
): ProcessSettings {
	const processes = content.processes ?? {};
	const process: ProcessContent = Object.hasOwn(processes, type) ? processes[type]! : {};
	return {
		stop: toStopSteps(process.stop ?? DEFAULT_STOP!),
		restart: process.restart ?? 'always',
		ready: process.ready === undefined ? null : toReadyCheck(process.ready),
		memoryMax: process.memory_max === undefined ? null : parseSize(process.memory_max),
		logMax: process.log_max === undefined ? DEFAULT_LOG_MAX : parseSize(process.log_max)!,
		rolling: process.rolling ?? 1,
		maxInstances: process.max_instances ?? DEFAULT_MAX_INSTANCES,
		scale: initialCounts(process.scale, servers),
	};
}

function toStopSteps(items: NonNullable<ProcessContent['stop']>): StopStep[] {
	return items.flatMap((item, index) => {
		if (typeof item === 'number') return [];
		const wait = items[index + 1];
		return [{ signal: item, waitMs: typeof wait === 'number' ? wait * 1000 : 0 }];
	});
}

function toReadyCheck(ready: NonNullable<ProcessContent['ready']>): ReadyCheck {
	const timeoutMs = (ready.timeout ?? DEFAULT_READY_TIMEOUT) * 1000;
	if (ready.http !== undefined) return { kind: 'http', path: ready.http, timeoutMs };
	if (ready.log !== undefined) return { kind: 'log', pattern: ready.log, timeoutMs };
	return { kind: 'tcp', port: typeof ready.tcp === 'number' ? ready.tcp : null, timeoutMs };
}

/** A count for every server: what is written; else 1 on local servers and 0 over SSH where nothing is written at all. */
function initialCounts(
	scale: ProcessContent['scale'],
	servers: readonly ServerDefinition[],
): Readonly<Record<string, number>> {
	return Object.fromEntries(
		servers.map(({ name, kind }) => {
			if (scale === undefined) return [name, kind === 'local' ? 1 : 0];
			if (typeof scale === 'number') return [name, scale];
			return [name, Object.hasOwn(scale, name) ? scale[name]! : 0];
		}),
	);
}
