import type { HistoryEntry } from './change.ts';

/** No change takes longer, unless somebody says so with `--timeout`. */
const LONGEST_CHANGE_MS = 60 * 60_000;

const OVERTAKEN = 'overtaken by a later change before it had settled';
const ABANDONED = 'who made it went away before it had settled';

/**
 * The history with an outcome also for what nobody noted one for, because whoever made the change was gone by then.
 * @param history of one server, oldest first
 * @param now milliseconds since the epoch
 */
export function withKnownOutcomes(history: readonly HistoryEntry[], now: number): HistoryEntry[] {
	return history.map((_, position) => withKnownOutcome(history, position, now));
}

/** One entry of it, with what those after it tell of its outcome. */
export function withKnownOutcome(
	history: readonly HistoryEntry[],
	position: number,
	now: number,
): HistoryEntry {
	const entry = history[position]!;
	if (entry.outcome !== null) return entry;
	const isOvertaken = history.slice(position + 1).some((later) => overtakes(later, entry));
	if (isOvertaken) return { ...entry, outcome: 'unknown', reason: OVERTAKEN };
	const isOver = now - Date.parse(entry.at) > LONGEST_CHANGE_MS;
	return isOver ? { ...entry, outcome: 'unknown', reason: ABANDONED } : entry;
}

/** Whether a change is about the same, as part of another verb. */
function overtakes(later: HistoryEntry, entry: HistoryEntry): boolean {
	if (later.changeId === entry.changeId || later.outcome === 'failed') return false;
	if (later.type === null || entry.type === null) return true;
	if (later.type !== entry.type) return false;
	return later.instance === undefined || entry.instance === undefined || later.instance === entry.instance;
}
