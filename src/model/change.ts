import type { ErrorCode } from './errors.ts';

/** A process type, or one instance of it when `index` is not null. */
export interface Selector {
	readonly type: string;
	readonly index: number | null;
}

/** Where a count should go. `expected` makes the change a `conflict` when the wanted count is no longer that. */
export type ScaleTarget =
	| { readonly type: string; readonly to: number; readonly expected: number | null }
	| { readonly type: string; readonly by: number };

/** What a verb asks of what supervises a server's instances. Empty `selectors` or `types` mean all. */
export type SupervisorChange =
	| { readonly verb: 'scale'; readonly targets: readonly ScaleTarget[] }
	| {
			readonly verb: 'start';
			readonly selectors: readonly Selector[];
			/** `-m`: replaces the formation; types that it does not name become 0. */
			readonly formation: Readonly<Record<string, number>> | null;
			/** The caller's shell environment, which new instances get. */
			readonly shell: Readonly<Record<string, string>>;
	  }
	| { readonly verb: 'stop'; readonly selectors: readonly Selector[] }
	| { readonly verb: 'pause'; readonly types: readonly string[] }
	| { readonly verb: 'resume'; readonly types: readonly string[] }
	| {
			readonly verb: 'restart';
			readonly selectors: readonly Selector[];
			/** Only the instances that run with older code, command or environment. */
			readonly staleOnly: boolean;
			/** All at once instead of rolling. */
			readonly atOnce: boolean;
			readonly shell: Readonly<Record<string, string>>;
	  }
	/**
	 * One instance more than wanted, while a restart lasts, or the end of it. Nothing of it is started at a boot, and the
	 * next change of the type's count ends it.
	 */
	| { readonly verb: 'surge'; readonly type: string; readonly on: boolean }
	/** Stops everything and the supervisor; nothing starts at boot until `start`. */
	| { readonly verb: 'down' };

/** What a verb asks of the load balancer: whether it sends web traffic to a server. */
export interface ServeChange {
	readonly verb: 'serve';
	readonly on: boolean;
	/** Off also where no other server answers then. */
	readonly force: boolean;
	/** Makes the change a `conflict` when the server is not that any more; null: whatever it is. */
	readonly expected: boolean | null;
}

/** What a verb asks of one server. */
export type Change = SupervisorChange | ServeChange;

export type Outcome = 'done' | 'unchanged' | 'failed' | 'unreachable' | 'unknown';

/** What became of a change, a row per type and server (and instance where one was named). */
export interface ChangeRow {
	readonly server: string;
	readonly type: string | null;
	readonly instance?: string;
	readonly from: number | string | null;
	readonly to: number | string | null;
	readonly outcome: Outcome;
	/** The server's own words for what failed, or a remark such as «recorded; the stack does not run». */
	readonly reason: string | null;
	/** Set where the outcome is not `done` or `unchanged`. */
	readonly code?: ErrorCode;
	/** Instances that did not come up; absent: none. */
	readonly failedInstances?: readonly string[];
}

const RECORDED = 'recorded';

/** The reason of a change that is written down and that nobody waits for, with a remark or without. */
export function recordedReason(remark: string | null): string {
	return remark === null ? RECORDED : `${RECORDED}; ${remark}`;
}

/** Whether that is all that is known of its outcome. */
export function isRecordedOnly({ outcome, reason }: Told): boolean {
	return outcome === 'done' && (reason === RECORDED || reason?.startsWith(`${RECORDED}; `) === true);
}

interface Told {
	readonly outcome: Outcome | null;
	readonly reason?: string | null;
}

export interface ChangeOptions {
	/** False: return as soon as it is recorded. */
	readonly wait: boolean;
	/** Milliseconds for the whole verb; null: the default of each instance (60 s plus its stop waits and readiness timeout). */
	readonly timeoutMs: number | null;
	/** `user@host`, for the history. */
	readonly who: string;
	/** One id for all that one verb changes, over all servers; `undo` takes back a whole id. */
	readonly changeId: string;
	/** The name of the verb in the history where it is not the change's own (`move`, `undo`). */
	readonly historyVerb?: string;
	/** The changeId that this takes back. */
	readonly undoes?: string;
	/** Web that is started where it gets traffic has settled only once it does. */
	readonly untilServing?: boolean;
	readonly onProgress?: ProgressListener;
}

/**
 * Told as instances settle.
 * @param current names of some of the instances that are being changed at this moment
 */
export type ProgressListener = (settled: number, total: number, current?: readonly string[]) => void;

/** One line of the history. `outcome` is null while it is under way. */
export interface HistoryEntry {
	readonly id: string;
	readonly changeId: string;
	/** ISO 8601. */
	readonly at: string;
	readonly who: string;
	readonly verb: string;
	readonly server: string;
	readonly type: string | null;
	readonly instance?: string;
	readonly from: number | string | null;
	readonly to: number | string | null;
	readonly outcome: Outcome | null;
	readonly reason?: string;
	/** Why it failed, where it did. */
	readonly code?: ErrorCode;
	/** Milliseconds from the change to its outcome. */
	readonly tookMs?: number;
	readonly undoes?: string;
}
