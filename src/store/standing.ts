import type { ConsoleState, ServerEntry } from './console-store.ts';
import { derived } from './derived.ts';
import { justCrashed } from './instance-problems.ts';
import { type Cell, cellsOf, isChanging, isReachable } from './selectors.ts';

/** Worst first. */
const STANDINGS = ['failed', 'backoff', 'unreachable', 'changing', 'as-wanted'] as const;
/** How a server or one of its cells stands, by the worst that is there. */
export type Standing = (typeof STANDINGS)[number];

function isWorse(one: Standing, other: Standing): boolean {
	return STANDINGS.indexOf(one) < STANDINGS.indexOf(other);
}

/**
 * What runs against what should; what is held, paused or down is as somebody wanted it. In a crash loop the short lives
 * between the waits stand as these.
 * @param now milliseconds since the epoch
 */
export function cellStanding(cell: Cell, now: number): Standing {
	if (!isReachable(cell.server)) return 'as-wanted';
	let worst: Standing = isChanging(cell) ? 'changing' : 'as-wanted';
	for (const instance of cell.instances) {
		if (instance.state === 'failed') return 'failed';
		if (instance.state === 'backoff' || justCrashed(instance, now)) worst = 'backoff';
	}
	return worst;
}

export function serverStanding(state: ConsoleState, server: ServerEntry): Standing {
	const { observation, connectionReason } = server;
	if (observation === null) return connectionReason === null ? 'changing' : 'unreachable';
	if (!isReachable(server)) return 'unreachable';
	let worst: Standing = 'as-wanted';
	for (const cell of cellsOf(state, server)) {
		const standing = cellStanding(cell, state.now);
		if (isWorse(standing, worst)) worst = standing;
	}
	return worst;
}

/** The servers in the order that they are looked at: what is wrong first, the rest as in the stack file. */
export interface ServerOrder {
	readonly names: readonly string[];
	/** How many of them, from the first on, are not as wanted. */
	readonly deviating: number;
}

export const worstFirst: (state: ConsoleState) => ServerOrder = derived(
	({ servers, pending, now }) => [servers, pending, now],
	(state) => {
		const ranked = state.servers.map((server) => ({
			name: server.name,
			rank: STANDINGS.indexOf(serverStanding(state, server)),
		}));
		const last = STANDINGS.indexOf('as-wanted');
		return {
			names: ranked.toSorted((a, b) => a.rank - b.rank).map(({ name }) => name),
			deviating: ranked.filter(({ rank }) => rank < last).length,
		};
	},
);
