import { monotonicNow } from '../linux/proc.ts';
import type { Change, ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { freshId } from '../model/fresh-id.ts';
import type { ServerDefinition } from '../model/stack.ts';
import type { Observers } from './observers.ts';
import { type Goal, timeToSettle } from './plan/goals.ts';
import type { Plan, PlannedRow } from './plan/plan.ts';
import { historyEntry, outcomeOf, recordedRow, rowOf, settledRow } from './plan/rows.ts';
import type { SupervisorState } from './plan/state.ts';
import type { Settling } from './settling.ts';

/** What changes are carried out on. */
export interface ChangeTarget {
	readonly definition: ServerDefinition;
	readonly state: SupervisorState;
	readonly settling: Settling;
	readonly observers: Observers;
	/**
	 * Plans a change, records it and sets it going.
	 * @returns the plan, and why it could not be recorded: then nothing was changed
	 * @throws ProcdeckError for bad input, when nothing was attempted
	 */
	begin(change: Change): Promise<{ readonly planned: Plan; readonly problem: Error | null }>;
	/** Keeps an entry of the history; a history that cannot be written stops nothing. */
	keep(entry: HistoryEntry): Promise<void>;
}

/** Plans a verb, records it, sets it going, waits until it has settled and notes all that in the history. */
export async function carryOut(
	target: ChangeTarget,
	change: Change,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const startedAt = monotonicNow();
	const server = target.definition.name;
	const { planned, problem } = await target.begin(change);
	if (problem !== null) {
		const reason = problem.message;
		return planned.rows.map((row) => ({
			...rowOf(server, row),
			outcome: 'failed',
			reason,
			code: 'internal',
		}));
	}
	const at = target.observers.nextEntryAt();
	const entries = planned.rows.map((row) => historyEntry(server, row, at, change, options));
	for (const entry of entries) await note(target, entry);
	const settled = settle(target, planned.rows, options).then(async (rows) => {
		const tookMs = Math.round(monotonicNow() - startedAt);
		for (const [position, row] of rows.entries()) {
			const entry = entries[position];
			if (entry !== undefined && entry.outcome === null)
				await note(target, { ...entry, ...outcomeOf(row), tookMs });
		}
		return rows;
	});
	return options.wait ? settled : planned.rows.map((row) => recordedRow(server, row));
}

async function settle(
	target: ChangeTarget,
	rows: readonly PlannedRow[],
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const goals = rows.flatMap((row) => row.goals);
	const timeoutMs = options.timeoutMs ?? defaultTimeout(target.state, goals);
	const states = await target.settling.wait(goals, target.state, timeoutMs, options.onProgress ?? (() => {}));
	let position = 0;
	return rows.map((row) => {
		const own = states.slice(position, position + row.goals.length);
		position += row.goals.length;
		return settledRow(rowOf(target.definition.name, row), row, own);
	});
}

/** Each instance has its time; those of a rolling restart come one after another. */
function defaultTimeout({ instances, definitions }: SupervisorState, goals: readonly Goal[]): number {
	const times = goals.map(({ name }) => {
		const type = instances.get(name)?.type;
		return timeToSettle(type === undefined ? undefined : definitions.get(type)?.settings);
	});
	const rolling = goals.some((goal) => goal.kind === 'runs' && goal.rolling);
	const total = rolling ? times.reduce((sum, time) => sum + time, 0) : Math.max(0, ...times);
	return Math.min(2 ** 31 - 1, total);
}

/** Turning a whole stack on or off without a change of its own: `up`. */
export async function noteRun(
	target: ChangeTarget,
	verb: string,
	who: string,
	to: 'on' | 'off',
): Promise<void> {
	await note(target, {
		id: freshId(),
		changeId: freshId(),
		at: target.observers.nextEntryAt(),
		who,
		verb,
		server: target.definition.name,
		type: null,
		from: to === 'on' ? 'off' : 'on',
		to,
		outcome: 'done',
	});
}

/** What did not change anything is not part of the history. */
async function note(target: ChangeTarget, entry: HistoryEntry): Promise<void> {
	if (entry.outcome === 'unchanged') return;
	target.observers.tellHistory(entry);
	await target.keep(entry);
}
