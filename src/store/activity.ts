import type { ChangeRow, Outcome } from '../model/change.ts';

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
	/** The servers that it goes to; empty for what is no server's business. */
	readonly servers: readonly string[];
	/** What has become of it so far, a row per type and server. */
	readonly rows: readonly ChangeRow[];
}

/** The latest change of this console that servers had a part in. */
export function latestOutcomes({
	activities,
}: {
	readonly activities: readonly Activity[];
}): Activity | null {
	return activities.findLast(({ servers }) => servers.length > 0) ?? null;
}

/** What has become of a change on one server. */
export interface ServerOutcome {
	readonly server: string;
	/** null while it is under way there. */
	readonly outcome: Outcome | null;
	/** Those that did not work, or all of them where all did. */
	readonly rows: readonly ChangeRow[];
}

const BAD: ReadonlySet<Outcome> = new Set(['failed', 'unreachable', 'unknown']);

/** What has become of a change on each of its servers: what did not work first. */
export function serverOutcomes({ servers, rows, outcome }: Activity): readonly ServerOutcome[] {
	const byServer = Map.groupBy(rows, ({ server }) => server);
	const outcomes = servers.map((server): ServerOutcome => {
		const own = byServer.get(server) ?? [];
		const bad = own.filter((row) => BAD.has(row.outcome));
		if (bad.length > 0) return { server, outcome: bad[0]!.outcome, rows: bad };
		if (own.length === 0) return { server, outcome: outcome === null ? null : 'unchanged', rows: [] };
		const isUnchanged = own.every((row) => row.outcome === 'unchanged');
		return { server, outcome: isUnchanged ? 'unchanged' : 'done', rows: own };
	});
	const rank = (each: ServerOutcome) => (each.outcome === null ? 1 : BAD.has(each.outcome) ? 0 : 2);
	return outcomes.toSorted((a, b) => rank(a) - rank(b));
}

/** How many servers came to each outcome. */
export function outcomeCounts(activity: Activity): ReadonlyMap<Outcome, number> {
	const counts = new Map<Outcome, number>();
	for (const { outcome } of serverOutcomes(activity)) {
		if (outcome !== null) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
	}
	return counts;
}

const KEPT = 50;

/** The list with `activity` added, or in the place of the one with the same id. */
export function withActivity(activities: readonly Activity[], activity: Activity): readonly Activity[] {
	const position = activities.findIndex(({ id }) => id === activity.id);
	if (position === -1) return [...activities, activity].slice(-KEPT);
	return activities.with(position, activity);
}
