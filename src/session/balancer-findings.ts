import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerObservation } from '../model/balancer.ts';
import { ProcdeckError } from '../model/errors.ts';
import { type Found, fine } from '../model/finding.ts';
import { needsMending, servingOf } from '../model/serving.ts';
import { peekAtBalancer } from './balancer-now.ts';

const CHECK = 'load balancer';
const MENDING = { mend: { kind: 'balancer' } } as const;
const BY_DOCTOR = '`procdeck doctor --fix` does that';

/** Whether a load balancer runs, by a configuration that is valid and its own, and whether what it sends traffic to answers. */
export async function balancerFindings(balancer: Balancer): Promise<Found[]> {
	try {
		const seen = await peekAtBalancer(balancer);
		if (seen.configuration === null) return [notSetUp(seen)];
		const invalid = await balancer.setup.check();
		return [runs(seen), configuration(invalid), drift(seen), ...traffic(seen)];
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		const { message, hint } = error;
		return [{ check: CHECK, severity: 'error', message, fix: hint }];
	}
}

function notSetUp({ server, drift: [missing] }: BalancerObservation): Found {
	const message = missing ?? 'it is not set up there';
	return { check: CHECK, severity: 'error', message, fix: `\`procdeck lb add ${server}\`` };
}

function runs({ kind, connection, reason }: BalancerObservation): Found {
	if (connection === 'connected') return fine(CHECK, kind === 'haproxy' ? 'HAProxy runs' : 'the proxy runs');
	const message = reason ?? `it is ${connection}`;
	if (connection !== 'stopped')
		return { check: CHECK, severity: 'error', message, fix: '`procdeck lb` tells more' };
	// It goes and comes with the stack.
	if (kind === 'embedded') return fine(CHECK, 'the proxy rests while the stack does not run');
	return { check: CHECK, severity: 'error', message, fix: `start it again: ${BY_DOCTOR}`, ...MENDING };
}

function configuration(invalid: string | null): Found {
	const check = 'load balancer file';
	if (invalid === null) return fine(check, 'its configuration is valid');
	return {
		check,
		severity: 'error',
		message: `its configuration is not valid: ${invalid}`,
		fix: `have it written again: ${BY_DOCTOR}`,
		...MENDING,
	};
}

function drift(seen: BalancerObservation): Found {
	const check = 'load balancer drift';
	if (!needsMending(seen)) {
		const boot = seen.kind === 'haproxy' ? ', and it starts with the machine' : '';
		return fine(check, `it is as its configuration says${boot}`);
	}
	const held = seen.backends.flatMap(({ state, server, instance }) =>
		state === 'held' ? [`${instance} on ${server} is out of turn`] : [],
	);
	return {
		check,
		severity: 'error',
		message: [...seen.drift, ...held].join('; '),
		fix: `have it put right: ${BY_DOCTOR}`,
		...MENDING,
	};
}

/** What gets web traffic, and answers. Nothing can be said of it while the load balancer does not run. */
function traffic(seen: BalancerObservation): Found[] {
	if (seen.connection !== 'connected') return [];
	const check = 'web traffic';
	const backends = servingOf(seen).flatMap((row) => (row.serving ? row.backends : []));
	const unhealthy = backends.filter(({ state }) => state === 'unhealthy');
	const isAll = backends.length > 0 && unhealthy.length === backends.length;
	if (unhealthy.length === 0)
		return [
			fine(check, `${backends.length === 1 ? '1 backend' : `${backends.length} backends`}, none unhealthy`),
		];
	const names = unhealthy.map(({ server, instance, reason }) => {
		return `${instance} on ${server}${reason === null ? '' : ` (${reason})`}`;
	});
	const message = isAll ? `no backend is healthy: ${names.join(', ')}` : `not healthy: ${names.join(', ')}`;
	const fix =
		'`procdeck logs web` tells what they say; `health_check` in the stack file is what they are asked';
	return [{ check, severity: isAll ? 'error' : 'warning', message, fix }];
}
