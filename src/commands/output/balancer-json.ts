import type { BalancerObservation } from '../../model/balancer.ts';
import { servingOf } from '../../model/serving.ts';

/** `loadBalancer` of `ps --json`, and what `lb --json` prints. */
export function balancerJson(observation: BalancerObservation) {
	const { server, kind, connection, reason, asOf, drift, configuration } = observation;
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
