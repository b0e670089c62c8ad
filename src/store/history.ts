import type { HistoryEntry } from '../model/change.ts';
import { withKnownOutcome } from '../model/history-outcome.ts';
import { planUndo, type UndoPlan } from '../model/undo-plan.ts';
import type { ConsoleState } from './console-store.ts';
import { derived, perObject } from './derived.ts';

function histories({ servers }: ConsoleState): readonly (readonly HistoryEntry[])[] {
	return servers.flatMap(({ observation }) => (observation === null ? [] : [observation.history]));
}

/** The entries of one server that were not looked at yet, up to the newest of them. */
interface Source {
	readonly entries: readonly HistoryEntry[];
	readonly left: number;
}

function newestOf({ entries, left }: Source): string {
	return entries[left - 1]?.at ?? '';
}

/** Puts a source where it stands among those that are sorted by their newest entry. */
function insert(sources: Source[], source: Source): void {
	if (source.left === 0) return;
	const at = newestOf(source);
	let low = 0;
	let high = sources.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (newestOf(sources[middle]!) <= at) low = middle + 1;
		else high = middle;
	}
	sources.splice(low, 0, source);
}

/** The entries of all servers, with what is known by now of the outcome of each. */
function* newestFirst(state: ConsoleState): Generator<HistoryEntry> {
	const sources: Source[] = [];
	for (const entries of histories(state)) insert(sources, { entries, left: entries.length });
	for (let source = sources.pop(); source !== undefined; source = sources.pop()) {
		const { entries, left } = source;
		yield withKnownOutcome(entries, left - 1, state.now);
		insert(sources, { entries, left: left - 1 });
	}
}

/** What one verb did in one go. */
export interface WholeChange {
	readonly latest: HistoryEntry;
	/** All of it over types and servers, oldest first; the latest is among them. */
	readonly parts: readonly HistoryEntry[];
}

/** More than any screen shows. */
const MOST_CHANGES = 60;

/** How often it is looked at anew which changes nobody will tell the outcome of any more. */
const AGING_MS = 60_000;

function historiesAndAge(state: ConsoleState): readonly unknown[] {
	return [Math.floor(state.now / AGING_MS), ...histories(state)];
}

/** The latest changes that anybody made on any server, newest first. */
export const latestChanges: (state: ConsoleState) => readonly WholeChange[] = derived(
	historiesAndAge,
	(state) => {
		const changes = new Map<string, HistoryEntry[]>();
		for (const entry of newestFirst(state)) {
			const key = `${entry.changeId} ${entry.verb}`;
			const parts = changes.get(key);
			if (parts !== undefined) parts.push(entry);
			else if (changes.size === MOST_CHANGES) break;
			else changes.set(key, [entry]);
		}
		return [...changes.values()].map((parts) => ({ latest: parts[0]!, parts: parts.toReversed() }));
	},
);

const namesInstances: (history: readonly HistoryEntry[]) => boolean = perObject((history) =>
	history.some(({ instance }) => instance !== undefined),
);

/** What an undo would take back now. */
export const undoPlan: (state: ConsoleState) => UndoPlan = derived(
	({ who, servers }) => [
		who,
		...servers.flatMap(({ observation }) => {
			if (observation === null) return [null];
			const { history, types, instances, serving } = observation;
			// Instances come and go all the time, and matter only to what was done to one of them.
			return [history, types, serving, namesInstances(history) ? instances : null];
		}),
	],
	({ who, servers }) =>
		planUndo(
			servers.flatMap(({ observation }) => observation ?? []),
			who,
		),
);
