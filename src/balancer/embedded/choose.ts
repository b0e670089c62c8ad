import type { BalancerAlgorithm } from '../../model/balancer.ts';

export interface Candidate {
	/** Names it in every choice. */
	readonly key: string;
	readonly sessions: { readonly size: number };
}

/**
 * The backend of a new session.
 * @param turn counts the sessions, so that equals take turns
 * @param source who asks: with `source` always the same one as long as it is there
 */
export function choose<C extends Candidate>(
	algorithm: BalancerAlgorithm,
	candidates: readonly C[],
	turn: number,
	source: string,
): C | null {
	if (algorithm === 'source') return highestOf(candidates, ({ key }) => hash(`${source} ${key}`));
	const first = candidates[turn % candidates.length] ?? null;
	if (algorithm === 'roundrobin' || first === null) return first;
	return leastBusy(candidates, turn, first);
}

function leastBusy<C extends Candidate>(candidates: readonly C[], turn: number, first: C): C {
	let chosen = first;
	for (let step = 1; step < candidates.length && chosen.sessions.size > 0; step += 1) {
		const candidate = candidates[(turn + step) % candidates.length]!;
		if (candidate.sessions.size < chosen.sessions.size) chosen = candidate;
	}
	return chosen;
}

/** Each backend draws a number for each source: one that comes or goes moves only what it wins or loses. */
function highestOf<C>(candidates: readonly C[], drawOf: (candidate: C) => number): C | null {
	let highest: C | null = null;
	let value = -1;
	for (const candidate of candidates) {
		const drawn = drawOf(candidate);
		if (drawn <= value) continue;
		highest = candidate;
		value = drawn;
	}
	return highest;
}

/** FNV-1a, mixed once more: neighbouring addresses must not draw alike. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
	value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
	return (value ^ (value >>> 16)) >>> 0;
}
