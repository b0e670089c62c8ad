import {
	type ChangeOptions,
	type ChangeRow,
	type HistoryEntry,
	isRecordedOnly,
	recordedReason,
	type SupervisorChange,
} from '../../model/change.ts';
import type { ErrorCode } from '../../model/errors.ts';
import { freshId } from '../../model/fresh-id.ts';
import type { GoalState } from './goals.ts';
import type { PlannedRow } from './plan.ts';

/** The answer's row as far as the plan tells it. */
export function rowOf(server: string, row: PlannedRow): ChangeRow {
	const { type, instance, from, to, outcome, reason, code } = row;
	return {
		server,
		type,
		...(instance === undefined ? {} : { instance }),
		from,
		to,
		outcome: outcome ?? 'done',
		reason,
		...(code === undefined ? {} : { code }),
	};
}

/** The row of who does not wait for it to settle. */
export function recordedRow(server: string, row: PlannedRow): ChangeRow {
	const { outcome, reason } = row;
	if (outcome !== null) return rowOf(server, row);
	return { ...rowOf(server, row), reason: recordedReason(reason) };
}

/** Codes of what an instance did; the others are about what became of the change. */
const IS_ITS_OWN: ReadonlySet<ErrorCode> = new Set(['internal', 'timeout']);

/** @param states of the row's goals, in their order */
export function settledRow(base: ChangeRow, row: PlannedRow, states: readonly GoalState[]): ChangeRow {
	const failures = states.flatMap((state, position) =>
		state.kind === 'failed' ? [{ ...state, goal: row.goals[position] }] : [],
	);
	// What the server says itself counts more than what is not known of it.
	const first = failures.find(({ code }) => code !== 'unreachable') ?? failures[0];
	if (first === undefined) {
		const isLeft = states.some(({ kind }) => kind === 'left');
		return isLeft ? { ...base, reason: recordedReason(base.reason) } : base;
	}
	const reason = failures.map((failure) => `${failure.goal?.name}: ${failure.reason}`).join('; ');
	const failed = failures.flatMap(({ code, goal }) =>
		goal?.kind === 'runs' && IS_ITS_OWN.has(code) ? [goal.name] : [],
	);
	return {
		...base,
		...failureOf(first.code),
		reason,
		...(failed.length === 0 ? {} : { failedInstances: failed }),
	};
}

/** Nobody knows what became of a change under way on a server that cannot be reached. */
export function failureOf(code: ErrorCode): Pick<ChangeRow, 'outcome' | 'code'> {
	return { outcome: code === 'unreachable' ? 'unknown' : 'failed', code };
}

/** @param at ISO 8601 */
export function historyEntry(
	server: string,
	row: PlannedRow,
	at: string,
	change: SupervisorChange,
	options: ChangeOptions,
): HistoryEntry {
	const { type, instance, from, to, outcome } = row;
	return {
		id: freshId(),
		changeId: options.changeId,
		at,
		who: options.who,
		verb: options.historyVerb ?? change.verb,
		server,
		type,
		...(instance === undefined ? {} : { instance }),
		from,
		to,
		outcome,
		// What is remarked on a change under way is for who made it.
		...(row.reason === null || outcome === null ? {} : { reason: row.reason }),
		...(row.code === undefined ? {} : { code: row.code }),
		...(options.undoes === undefined ? {} : { undoes: options.undoes }),
	};
}

/** What the history adds to an entry when its change has settled. */
export function outcomeOf({
	outcome,
	reason,
	code,
}: ChangeRow): Pick<HistoryEntry, 'outcome' | 'reason' | 'code'> {
	return {
		outcome,
		...(reason === null || (outcome === 'done' && !isRecordedOnly({ outcome, reason })) ? {} : { reason }),
		...(code === undefined ? {} : { code }),
	};
}
