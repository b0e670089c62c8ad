import type { InstanceObservation } from '../model/observed.ts';
import type { Cell } from '../store/selectors.ts';

/** Presses of `+` and `-` on one cell that belong together: until all of them have settled. */
export interface Burst {
	/** One id for all of them, so that one undo takes them back together. */
	readonly changeId: string;
	readonly startedAt: number;
	readonly from: number;
	/** The least that was acknowledged on the way: what is above it starts anew. */
	lowest: number;
	/** What the server acknowledged last: the next change is refused when it is no longer that. */
	acknowledged: number;
	target: number;
	/** What the server remarked on the last of them, such as which instances stay stopped. */
	remark: string | null;
	sending: boolean;
}

/** How far a burst has come. */
export interface Standing {
	readonly settled: number;
	readonly total: number;
	readonly over: boolean;
	readonly failure: string | null;
}

/** An instance without a readiness check counts when it has lived so long: one that crashes at once was never up. */
const SETTLES_AFTER_MS = 1000;

function isSettled({ state, ready, startedAt }: InstanceObservation): boolean {
	if (state !== 'running') return false;
	return ready === true || startedAt === null || Date.now() - Date.parse(startedAt) >= SETTLES_AFTER_MS;
}

export function standingOf(cell: Cell, burst: Burst): Standing {
	const wanted = cell.known?.wanted ?? 0;
	const present = cell.instances.filter(({ state }) => state !== 'stopped').length;
	if (burst.target < burst.from && burst.target === burst.lowest) {
		const left = Math.max(0, present - wanted);
		return {
			settled: burst.from - burst.target - left,
			total: burst.from - burst.target,
			over: left === 0,
			failure: null,
		};
	}
	// How those are that were there before is not this change's doing.
	const added = cell.instances.filter(({ index }) => index > burst.lowest);
	const broken = added.find(({ state }) => state === 'backoff' || state === 'failed');
	const settled = added.filter(isSettled).length;
	const total = burst.target - burst.lowest;
	const failure = broken === undefined ? null : `${broken.name} does not stay up`;
	return { settled, total, over: settled >= total, failure };
}
