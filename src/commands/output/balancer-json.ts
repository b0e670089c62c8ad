import type { BalancerObservation } from '../../model/balancer.ts';
import { servingOf } from '../../model/serving.ts';

/** `loadBalancer` of `ps --json`, and what `lb --json` prints; null: the stack file names one that was never set up. */
export function balancerJson(observation: BalancerObservation) {
	const { server, kind, connection, reason, asOf, drift, configuration } = observation;
	if (configuration === null && connection === 'connected') return null;
	const port = configuration?.settings.port ?? null;
	return {
		server,
		kind,
		address: port === null ? server : `${server}:${port}`,
		port,
		connection,
		reason,
		asOf,
		drift,
		backends: servingOf(observation).map(({ backends, ...row }) => ({
			...row,
			instanceBackends: backends.map(({ server: _, ...backend }) => backend),
		})),
	};
}
