import type { BackendObservation, BalancerObservation, BalancerSettings } from '../../src/model/balancer.ts';
import { START } from './scripted-server.ts';

const SETTINGS: BalancerSettings = {
	port: 80,
	healthCheck: '/up',
	algorithm: 'leastconn',
	sticky: false,
	drainTimeoutMs: 30_000,
	certificate: null,
};

/** A healthy backend without traffic. */
export function backendOf(
	server: string,
	instance: string,
	changed: Partial<BackendObservation> = {},
): BackendObservation {
	const port = 5000 + Number(instance.split('.')[1]);
	return {
		server,
		instance,
		address: '203.0.113.7',
		port,
		state: 'healthy',
		reason: null,
		sessions: 0,
		requests: 0,
		errors: 0,
		responseMs: null,
		...changed,
	};
}

/** What a load balancer on web1 reports that is at work. */
export function balancerOf(
	serving: Readonly<Record<string, boolean>>,
	backends: readonly BackendObservation[],
	changed: Partial<BalancerObservation> = {},
): BalancerObservation {
	return {
		kind: 'haproxy',
		server: 'web1',
		connection: 'connected',
		reason: null,
		asOf: new Date(START).toISOString(),
		configuration: { settings: SETTINGS, serving, backends },
		backends,
		drift: [],
		...changed,
	};
}
