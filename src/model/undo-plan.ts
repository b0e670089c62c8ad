import type { HistoryEntry } from './change.ts';
import type { ServerObservation } from './observed.ts';
import { addedInstances, type Obstacle, obstacleTo } from './undo-obstacle.ts';
import { undoableChanges } from './undoable.ts';

/** A part of a change that stays as it is, and why. */
export interface LeftPart {
	readonly part: HistoryEntry;
	readonly reason: string;
}

/** What an undo would do now. */
export interface UndoPlan {
	/** What is to be taken back of one change, oldest first; empty: there is nothing. */
	readonly parts: readonly HistoryEntry[];
	/** Those of `parts` that somebody else has changed since: where there is one, nothing may be touched. */
	readonly conflicts: readonly LeftPart[];
	/** What can never be taken back any more of this change and of later ones, latest first. */
	readonly passedOver: readonly LeftPart[];
}

/** Finds the last change of `who` that is not taken back yet and still can be. */
export function planUndo(observations: readonly ServerObservation[], who: string): UndoPlan {
	const history = observations.flatMap((observation) => observation.history);
	const passedOver: LeftPart[] = [];
	for (const change of undoableChanges(history, who)) {
		const alone = change.map((part): Judged => {
			return { part, obstacle: lostLater(part, passedOver) ?? obstacleTo(part, observations) };
		});
		const judged = alone.map((each) =>
			isHalfOfMove(each.part, alone, history) ? { ...each, obstacle: stranded(each.part) } : each,
		);
		passedOver.push(...leftBy('gone', judged));
		const parts = judged.filter(isOpen).map(({ part }) => part);
		if (parts.length > 0) return { parts, conflicts: leftBy('conflict', judged), passedOver };
	}
	return { parts: [], conflicts: [], passedOver };
}

/** A part, with what stands in the way of taking it back. */
interface Judged {
	readonly part: HistoryEntry;
	readonly obstacle: Obstacle | null;
}

function isOpen({ obstacle }: Judged): boolean {
	return obstacle?.kind !== 'gone';
}

function leftBy(kind: Obstacle['kind'], judged: readonly Judged[]): LeftPart[] {
	return judged.flatMap(({ part, obstacle }) =>
		obstacle?.kind === kind ? [{ part, reason: obstacle.reason }] : [],
	);
}

/** Where a later count or switch stays, an earlier one that happens to fit again is not what it was built on. */
function lostLater(part: HistoryEntry, passedOver: readonly LeftPart[]): Obstacle | null {
	const subject = subjectOf(part);
	if (subject === null) return null;
	const later = passedOver.find(
		({ part: other }) =>
			subjectOf(other) === subject && other.server === part.server && other.type === part.type,
	);
	return later ? { kind: 'gone', reason: later.reason } : null;
}

/** What a change sets to a value; null: it sets none. */
function subjectOf({ verb }: HistoryEntry): 'count' | 'traffic' | null {
	if (verb === 'stop') return null;
	return verb === 'serve' ? 'traffic' : 'count';
}

/** Whether a move can be taken back only where it went to, which would end its instances for good. */
function isHalfOfMove(
	part: HistoryEntry,
	change: readonly Judged[],
	history: readonly HistoryEntry[],
): boolean {
	if (part.verb !== 'move' || part.outcome !== 'done' || !addedInstances(part)) return false;
	const comesBack = change.some((other) => isOpen(other) && !addedInstances(other.part));
	const isBack = history.some(({ undoes, server }) => undoes === part.changeId && server !== part.server);
	return !comesBack && !isBack;
}

function stranded({ type, server }: HistoryEntry): Obstacle {
	return { kind: 'gone', reason: `${type} on ${server} has nowhere to go back to` };
}
