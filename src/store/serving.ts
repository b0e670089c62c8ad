import type { BalancerObservation } from '../model/balancer.ts';
import { type Serving, servingOf } from '../model/serving.ts';
import type { ConsoleState } from './console-store.ts';
import { perObject } from './derived.ts';
import { isAtWork } from './traffic.ts';

/** The web traffic by server, as the load balancer reports it. */
export const servingByServer: (balancer: BalancerObservation) => ReadonlyMap<string, Serving> = perObject(
	(balancer) => new Map(servingOf(balancer).map((row) => [row.server, row])),
);

/** What the load balancer reports of a server's web traffic; null: nothing. */
export function servingOn({ balancer }: Pick<ConsoleState, 'balancer'>, server: string): Serving | null {
	return balancer === null ? null : (servingByServer(balancer).get(server) ?? null);
}

/** Whether a server that was switched Off still has sessions to end. */
export function isDraining({ serving, backends, sessions }: Serving): boolean {
	return !serving && sessions > 0 && backends.some(({ state }) => state === 'draining');
}

/** The sessions that are left on a server that drains; null where it does not. */
export function sessionsLeft({ balancer }: Pick<ConsoleState, 'balancer'>, server: string): number | null {
	if (!isAtWork(balancer)) return null;
	const row = servingByServer(balancer).get(server);
	return row !== undefined && isDraining(row) ? row.sessions : null;
}

/** How many servers are On, of those that are On or could be, because instances of web run there. */
export function servingCounts(balancer: BalancerObservation): {
	readonly on: number;
	readonly servers: number;
} {
	const rows = [...servingByServer(balancer).values()];
	const on = rows.filter(({ serving }) => serving).length;
	return { on, servers: rows.filter(({ serving, instances }) => serving || instances > 0).length };
}
