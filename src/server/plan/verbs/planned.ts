import type { Outcome } from '../../../model/change.ts';
import type { ErrorCode } from '../../../model/errors.ts';
import type { Goal } from '../goals.ts';
import type { Formation } from '../state.ts';

/** What a row of the answer is about. */
export interface RowKey {
	readonly type: string;
	readonly instance?: string;
}

/** A row of the answer, as far as it is known before anything was done. */
export interface PlannedRow extends RowKey {
	readonly from: number | null;
	readonly to: number | null;
	/** Null: decided by the goals. */
	readonly outcome: Outcome | null;
	readonly reason: string | null;
	readonly code?: ErrorCode;
	readonly goals: readonly Goal[];
}

export interface PlannedRestart {
	readonly names: readonly string[];
	/** How many at a time; null: all at once. */
	readonly width: number | null;
}

export interface Plan {
	readonly formation: Formation;
	readonly restarts: readonly PlannedRestart[];
	readonly rows: readonly PlannedRow[];
}

export interface PlanContext {
	/** Initial counts of the types, for those that were never set up here. */
	readonly initial: Readonly<Record<string, number>>;
	/** The server's name, for messages. */
	readonly server: string;
}
