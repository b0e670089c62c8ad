import type { BackendObservation, BalancerConfiguration, BalancerObservation } from './balancer.ts';
import { ProcdeckError } from './errors.ts';

/** The web traffic of one server. */
export interface Serving {
	readonly server: string;
	readonly serving: boolean;
	/** Backends that pass the health check. */
	readonly healthy: number;
	readonly instances: number;
	readonly sessions: number;
	/** Since the balancer started. */
	readonly requests: number;
	/** Answers with 5xx and requests without one, since the balancer started. */
	readonly errors: number;
	/** Milliseconds to the answer, of late: the slowest backend's; null: none of late. */
	readonly responseMs: number | null;
	readonly backends: readonly BackendObservation[];
}

/** The web traffic by server: those that are serving or have backends, in the order of the configuration. */
export function servingOf({ configuration, backends }: BalancerObservation): Serving[] {
	const switches = configuration?.serving ?? {};
	const names = new Set([...Object.keys(switches), ...backends.map(({ server }) => server)]);
	return [...names].map((server) => {
		const own = backends.filter((backend) => backend.server === server);
		const sum = (of: (backend: BackendObservation) => number) =>
			own.reduce((total, backend) => total + of(backend), 0);
		const times = own.flatMap(({ responseMs }) => responseMs ?? []);
		return {
			server,
			serving: switches[server] === true,
			healthy: own.filter(({ state }) => state === 'healthy').length,
			instances: own.length,
			sessions: sum(({ sessions }) => sessions),
			requests: sum(({ requests }) => requests),
			errors: sum(({ errors }) => errors),
			responseMs: times.length === 0 ? null : Math.max(...times),
			backends: own,
		};
	});
}

/** Whether it does something else than its configuration says, or an instance is left out of turn by a restart. */
export function needsMending({ configuration, drift, backends }: BalancerObservation): boolean {
	return configuration !== null && (drift.length > 0 || backends.some(({ state }) => state === 'held'));
}

/** Whether no other server answers requests. One that is On and has no instance of web answers nobody. */
export function isOnlyServing(
	{ serving, backends }: Pick<BalancerConfiguration, 'serving' | 'backends'>,
	server: string,
): boolean {
	return !backends.some((backend) => backend.server !== server && serving[backend.server] === true);
}

/** What is said where a stack has no load balancer. */
export function noBalancer(code: 'usage' | 'refused'): ProcdeckError {
	return new ProcdeckError(
		code,
		'this stack has no load balancer',
		'`procdeck lb add SERVER` sets one up on a server',
	);
}

/** What traffic is switched to, in answers and in the history. */
export function servingWord(isOn: boolean): 'on' | 'off' {
	return isOn ? 'on' : 'off';
}

/** Whether a server is serving; null: there is no load balancer, or what it does is not known. */
export function servingNow(observation: BalancerObservation | null, server: string): boolean | null {
	if (observation === null || observation.configuration === null) return null;
	return observation.configuration.serving[server] === true;
}
