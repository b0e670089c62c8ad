import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerObservation } from '../model/balancer.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';

/**
 * What a load balancer reports now, or reported last.
 * @throws ProcdeckError `unreachable`
 */
export async function peekAtBalancer(balancer: Balancer): Promise<BalancerObservation> {
	let observation: BalancerObservation | undefined;
	const stop = await balancer.observe((observed) => {
		observation = observed;
	});
	stop();
	if (observation === undefined) throw new ProcdeckError('unreachable', 'the load balancer reports nothing');
	return observation;
}

/**
 * What a load balancer that is at work reports, for a change of what it does.
 * @throws ProcdeckError `unreachable` where it is not at work
 */
export async function balancerNow(balancer: Balancer): Promise<BalancerObservation> {
	const observation = await peekAtBalancer(balancer);
	requireAtWork(observation);
	return observation;
}

/** @throws ProcdeckError `unreachable` where a load balancer that is set up is not at work */
export function requireAtWork({ configuration, connection, server, reason }: BalancerObservation): void {
	if (connection === 'connected' || configuration === null) return;
	const why = reason ?? `the load balancer on ${server} cannot be reached`;
	throw new ProcdeckError(
		'unreachable',
		`${server}: ${why}`,
		'nothing of web was changed; `procdeck lb` shows what is the matter',
	);
}

/**
 * What is known of a load balancer that does not answer.
 * @param server the one that it runs on
 * @param reason why it does not
 */
export function unanswered(
	{ servers }: Pick<Stack, 'servers'>,
	server: string,
	reason: string,
): BalancerObservation {
	const isEmbedded = servers.some(({ name, supervisor }) => name === server && supervisor === 'embedded');
	return {
		kind: isEmbedded ? 'embedded' : 'haproxy',
		server,
		connection: 'unreachable',
		reason,
		asOf: new Date().toISOString(),
		configuration: null,
		backends: [],
		drift: [],
	};
}
