import type { BalancerObservation } from '../model/balancer.ts';
import { ProcdeckError } from '../model/errors.ts';
import { servingNow } from '../model/serving.ts';
import type { Stack } from '../model/stack.ts';
import type { ServerReport } from './output/ps-json.ts';

/** What is known of the stack's load balancer now; null: it has none. One that does not answer is shown as such. */
export async function balancerReport(stack: Stack): Promise<BalancerObservation | null> {
	const { loadBalancer } = stack;
	if (loadBalancer === null) return null;
	const [{ withBalancer }, { peekAtBalancer, unanswered }] = await Promise.all([
		import('./open-balancer.ts'),
		import('../session/balancer-now.ts'),
	]);
	try {
		return await withBalancer(stack, (balancer) => peekAtBalancer(balancer!));
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return unanswered(stack, loadBalancer.server, error.message);
	}
}

/**
 * Tells what the stack's load balancer is like now and at each change, until the returned function is called; nothing
 * where there is none. The first is told before it returns.
 */
export async function watchBalancer(
	stack: Stack,
	listener: (observation: BalancerObservation) => void,
): Promise<() => Promise<void>> {
	if (stack.loadBalancer === null) return async () => {};
	const [{ balancerOf }, { readOnce }] = await Promise.all([
		import('./open-balancer.ts'),
		import('../server/stack-source.ts'),
	]);
	const handle = balancerOf(readOnce(stack), null);
	await new Promise<void>((resolve) => {
		handle.watch((observation) => {
			if (observation !== null) listener(observation);
			resolve();
		});
	});
	return () => handle.close();
}

/** A server's report with its web traffic, which the load balancer knows. */
export function withServing(report: ServerReport, loadBalancer: BalancerObservation | null): ServerReport {
	const { observation } = report;
	return { ...report, observation: { ...observation, serving: servingNow(loadBalancer, observation.name) } };
}
