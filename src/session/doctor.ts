import type { Balancer } from '../balancer/balancer.ts';
import { bySeverity, type Finding } from '../model/finding.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';

/** What works of a server and what does not, in the order of looking. */
export async function findingsOf(server: Server): Promise<Finding[]> {
	const found = await server.examine();
	return found.map((finding) => ({ server: server.definition.name, ...finding }));
}

/**
 * What works of several servers and what does not, the worst first.
 * @param balancer null: there is none
 */
export async function examineAll(
	stack: Stack,
	servers: readonly Server[],
	balancer: Balancer | null,
): Promise<Finding[]> {
	const findings = await Promise.all(
		servers.map(async (server) => {
			const own = await findingsOf(server);
			const isLost = own.some(({ check, severity }) => check === 'connection' && severity === 'fatal');
			return isLost ? own : [...own, ...(await findingsBeside(stack, server, balancer))];
		}),
	);
	return bySeverity(findings.flat());
}

/** What else there is of the stack on a server. */
async function findingsBeside(stack: Stack, server: Server, balancer: Balancer | null): Promise<Finding[]> {
	const { name, supervisor } = server.definition;
	const found = [];
	if (supervisor === 'embedded') {
		const { bootFinding } = await import('./boot-finding.ts');
		found.push(await bootFinding(stack, server));
	}
	if (balancer !== null && stack.loadBalancer?.server === name) {
		const { balancerFindings } = await import('./balancer-findings.ts');
		found.push(...(await balancerFindings(balancer)));
	}
	return found.map((finding) => ({ server: name, ...finding }));
}
