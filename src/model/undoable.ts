import type { HistoryEntry } from './change.ts';

const UNDOABLE_VERBS: ReadonlySet<string> = new Set(['scale', 'move', 'serve', 'pause', 'stop']);

/** The entries of the last change of `who` that can be taken back, oldest first; none where there is no such change. */
export function lastUndoable(history: readonly HistoryEntry[], who: string): HistoryEntry[] {
	const undone = new Set(history.flatMap((entry) => (entry.undoes ? [undoneKey(entry.undoes, entry)] : [])));
	const stands = (entry: HistoryEntry) =>
		!undone.has(undoneKey(entry.changeId, entry)) && !isSuperseded(entry, history);
	const candidates = history
		.filter((entry) => entry.who === who && changedSomething(entry))
		.sort((a, b) => compareTimes(a.at, b.at));
	const last = candidates.findLast(stands);
	return last ? candidates.filter((entry) => entry.changeId === last.changeId && stands(entry)) : [];
}

/** Of two moments in ISO 8601 and UTC; a console asks with every frame, so they are not parsed. */
function compareTimes(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}

/** A change may be undone on one server and not yet on another. */
function undoneKey(changeId: string, { server, type, instance }: HistoryEntry): string {
	return JSON.stringify([changeId, server, type, instance]);
}

function changedSomething(entry: HistoryEntry): boolean {
	const wasRefused = entry.outcome === 'failed' && entry.code === 'conflict';
	return UNDOABLE_VERBS.has(entry.verb) && entry.type !== null && entry.from !== entry.to && !wasRefused;
}

/** By which verbs the same person has taken back these already. */
const REVERSED_BY: Readonly<Record<string, readonly string[]>> = {
	pause: ['resume', 'scale', 'move'],
	stop: ['start', 'restart'],
};

function isSuperseded(entry: HistoryEntry, history: readonly HistoryEntry[]): boolean {
	const reversing = REVERSED_BY[entry.verb] ?? [];
	return history.some(
		(later) =>
			reversing.includes(later.verb) &&
			later.who === entry.who &&
			later.server === entry.server &&
			later.type === entry.type &&
			compareTimes(later.at, entry.at) > 0,
	);
}
