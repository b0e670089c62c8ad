import type { BalancerObservation } from '../model/balancer.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { LoadBalancerDefinition, Stack } from '../model/stack.ts';
import type { ServerReport } from './output/ps-json.ts';

/** What is known of the stack's load balancer now; null: it has none. One that does not answer is shown as such. */
export async function balancerReport(stack: Stack): Promise<BalancerObservation | null> {
	const { loadBalancer } = stack;
	if (loadBalancer === null) return null;
	const [{ withBalancer }, { peekAtBalancer }] = await Promise.all([
		import('./open-balancer.ts'),
		import('../session/balancer-now.ts'),
	]);
	try {
		return await withBalancer(stack, (balancer) => peekAtBalancer(balancer!));
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return unanswered(stack, loadBalancer, error.message);
	}
}

/** What is shown of a load balancer that does not answer. */
function unanswered(
	{ servers }: Stack,
	{ server }: LoadBalancerDefinition,
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

/**
 * Tells what the stack's load balancer is like now and at each change, until the returned function is called; nothing
 * where there is none. The first is told before it returns.
 */
export async function watchBalancer(
	stack: Stack,
	listener: (observation: BalancerObservation) => void,
): Promise<() => Promise<void>> {
	if (stack.loadBalancer === null) return async () => {};
	const { balancerOf } = await import('./open-balancer.ts');
	const handle = balancerOf(() => stack, null);
	try {
		await (await handle.open())?.observe(listener);
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		listener(unanswered(stack, stack.loadBalancer, error.message));
	}
	return () => handle.close();
}

/** Whether a server is serving; null: there is no load balancer, or what it does is not known. */
export function servingNow(report: BalancerObservation | null, server: string): boolean | null {
	if (report === null || report.configuration === null) return null;
	return report.configuration.serving[server] === true;
}

/** A server's report with its web traffic, which the load balancer knows. */
export function withServing(report: ServerReport, loadBalancer: BalancerObservation | null): ServerReport {
	const { observation } = report;
	return { ...report, observation: { ...observation, serving: servingNow(loadBalancer, observation.name) } };
}
