import type { BalancerObservation } from '../../model/balancer.ts';
import type {
	InstanceObservation,
	ServerObservation,
	ServerStats,
	TypeObservation,
} from '../../model/observed.ts';
import { balancerJson } from './balancer-json.ts';

/** What is known of one server. */
export interface ServerReport {
	readonly observation: ServerObservation;
	readonly stats: ServerStats;
	/** Why nothing newer is known; null where the server answered. */
	readonly reason: string | null;
}

/** The value that `ps --json` prints. */
export function psJson(
	stack: { readonly name: string; readonly environment: string },
	reports: readonly ServerReport[],
	loadBalancer: BalancerObservation | null,
) {
	return {
		stack: stack.name,
		environment: stack.environment,
		servers: reports.map(serverJson),
		loadBalancer: loadBalancer === null ? null : balancerJson(loadBalancer),
	};
}

function serverJson({ observation, stats, reason }: ServerReport) {
	const {
		name,
		kind,
		supervisor,
		connection,
		asOf,
		serving,
		drift,
		supervisorPid,
		power,
		release,
		problems,
	} = observation;
	const processes = observation.types.map((type) => processJson(type, observation.instances, stats));
	return {
		name,
		kind,
		supervisor,
		connection,
		asOf,
		serving,
		drift,
		processes,
		supervisorPid,
		power,
		release: release?.id ?? null,
		problems,
		reason,
	};
}

function processJson(type: TypeObservation, all: readonly InstanceObservation[], stats: ServerStats) {
	const { command, wanted, paused, orphan, stopped } = type;
	const instances = all.filter((instance) => instance.type === type.type);
	const running = instances.filter((instance) => instance.state === 'running').length;
	return {
		type: type.type,
		command,
		wanted,
		running,
		paused,
		orphan,
		stopped,
		instances: instances.map((instance) => instanceJson(instance, stats)),
	};
}

function instanceJson(instance: InstanceObservation, stats: ServerStats) {
	const { name, state, ready, stale, held, release, pid, port, startedAt, restarts, lastExit, nextStartAt } =
		instance;
	const { cpuPercent = null, memoryBytes = null } = stats[name] ?? {};
	return {
		name,
		state,
		ready,
		stale,
		held,
		release,
		pid,
		port,
		startedAt,
		restarts,
		cpuPercent,
		memoryBytes,
		lastExit,
		nextStartAt,
	};
}
