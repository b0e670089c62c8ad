import type { Outcome } from '../model/change.ts';

/** A change that this console asked for: what it is, how far it is, and what became of it. */
export interface Activity {
	readonly id: string;
	/** What is changed: `worker on jobs1`. */
	readonly subject: string;
	/** What happens to it: `3 → 4`, `restart`. */
	readonly action: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly settled: number;
	/** 0 while not known. */
	readonly total: number;
	/** null while it is under way. */
	readonly outcome: Outcome | null;
	/** Why it did not work, or a remark. */
	readonly reason: string | null;
	/** Milliseconds; null while it is under way. */
	readonly tookMs: number | null;
}

const KEPT = 50;

/** The list with `activity` added, or in the place of the one with the same id. */
export function withActivity(activities: readonly Activity[], activity: Activity): readonly Activity[] {
	const position = activities.findIndex(({ id }) => id === activity.id);
	if (position === -1) return [...activities, activity].slice(-KEPT);
	return activities.with(position, activity);
}
