import type { HistoryEntry } from './change.ts';

const UNDOABLE_VERBS: ReadonlySet<string> = new Set(['scale', 'move', 'pause', 'stop', 'serve']);

/**
 * The changes of `who` that were not taken back yet, latest first. Each is its net parts, oldest first: one entry a type
 * (or instance) and server, from what it was before the change to what it became.
 */
export function* undoableChanges(history: readonly HistoryEntry[], who: string): Generator<HistoryEntry[]> {
	const undone = new Set(
		history.flatMap((entry) => (entry.undoes && !wasRefused(entry) ? [partKey(entry.undoes, entry)] : [])),
	);
	const stands = (entry: HistoryEntry) =>
		!undone.has(partKey(entry.changeId, entry)) && !isSuperseded(entry, history);
	const latestFirst = history
		.filter((entry) => entry.who === who && changedSomething(entry) && !wasRefused(entry))
		.sort((a, b) => compareTimes(a.at, b.at))
		.reverse();
	for (const entries of Map.groupBy(latestFirst, ({ changeId }) => changeId).values()) {
		const parts = netParts(entries.filter(stands).reverse());
		if (parts.length > 0) yield parts;
	}
}

/** Of two moments in ISO 8601 and UTC; a console asks with every frame, so they are not parsed. */
function compareTimes(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}

/** A change may be undone on one server and not yet on another. */
function partKey(changeId: string, { server, type, instance }: HistoryEntry): string {
	return JSON.stringify([changeId, server, type, instance]);
}

/** Presses of a key that belong together count as one step, and a move that went back by itself as none. */
function netParts(entries: readonly HistoryEntry[]): HistoryEntry[] {
	const parts = new Map<string, HistoryEntry>();
	for (const entry of entries) {
		const key = partKey(entry.changeId, entry);
		const before = parts.get(key);
		parts.set(key, before === undefined ? entry : { ...entry, from: before.from });
	}
	return [...parts.values()].filter(changedSomething);
}

function changedSomething({ verb, type, from, to }: HistoryEntry): boolean {
	if (!UNDOABLE_VERBS.has(verb) || type === null) return false;
	// A stop counts what runs, which is none in a crash loop; yet it ends that.
	return verb === 'stop' || from !== to;
}

function wasRefused({ outcome, code }: HistoryEntry): boolean {
	return outcome === 'failed' && code === 'conflict';
}

/** By which verbs the same person has taken back these already. */
const REVERSED_BY: Readonly<Record<string, readonly string[]>> = {
	pause: ['resume', 'scale', 'move'],
	stop: ['start', 'restart'],
};

function isSuperseded(entry: HistoryEntry, history: readonly HistoryEntry[]): boolean {
	const reversing = REVERSED_BY[entry.verb];
	if (reversing === undefined) return false;
	return history.some(
		(later) =>
			reversing.includes(later.verb) &&
			later.who === entry.who &&
			isSameTarget(later, entry) &&
			compareTimes(later.at, entry.at) > 0,
	);
}

/** An instance and its whole type overlap; two instances do not. */
function isSameTarget(one: HistoryEntry, other: HistoryEntry): boolean {
	if (one.server !== other.server || one.type !== other.type) return false;
	return one.instance === undefined || other.instance === undefined || one.instance === other.instance;
}
