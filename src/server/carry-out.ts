import { monotonicNow } from '../linux/proc.ts';
import type { ChangeOptions, ChangeRow, HistoryEntry, SupervisorChange } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import type { ServerDefinition } from '../model/stack.ts';
import type { Observers } from './observers.ts';
import { type Goal, timeToSettle } from './plan/goals.ts';
import type { Plan, PlannedRow } from './plan/plan.ts';
import { failureOf, historyEntry, outcomeOf, recordedRow, rowOf, settledRow } from './plan/rows.ts';
import type { SupervisorState } from './plan/state.ts';
import type { Settling } from './settling.ts';

export interface Begun {
	readonly planned: Plan;
	/** Why it could not be recorded: then nothing was changed, but where the server was lost (`unreachable`). */
	readonly problem: Error | null;
	/** Why the connection broke while it was begun; absent: it did not. */
	readonly lost?: string;
}

/** What changes are carried out on. */
export interface ChangeTarget {
	readonly definition: ServerDefinition;
	readonly state: SupervisorState;
	readonly settling: Settling;
	readonly observers: Observers;
	/** Whether restarts that come one after another go on when whoever asked for them has gone. */
	readonly rollsAlone: boolean;
	/**
	 * Plans a change, records it and sets it going.
	 * @param timeoutMs for the whole verb; null: the default
	 * @throws ProcdeckError for bad input, when nothing was attempted
	 */
	begin(change: SupervisorChange, timeoutMs: number | null): Promise<Begun>;
	/** Keeps an entry of the history; a history that cannot be written stops nothing. */
	keep(entry: HistoryEntry): Promise<void>;
}

/** Plans a verb, records it, sets it going, waits until it has settled and notes all that in the history. */
export async function carryOut(
	target: ChangeTarget,
	change: SupervisorChange,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const startedAt = monotonicNow();
	const server = target.definition.name;
	const begun = await target.begin(change, options.timeoutMs);
	const { planned, problem } = begun;
	const at = target.observers.nextEntryAt();
	const entries = planned.rows.map((row) => historyEntry(server, row, at, change, options));
	const noteOutcomes = async (rows: readonly ChangeRow[]) => {
		const tookMs = Math.round(monotonicNow() - startedAt);
		for (const [position, row] of rows.entries()) {
			const entry = entries[position];
			if (entry !== undefined && entry.outcome === null)
				await note(target, { ...entry, ...outcomeOf(row), tookMs });
		}
	};
	if (problem !== null) {
		const rows = planned.rows.map((row) => unrecordedRow(server, row, problem));
		if (rows.some(({ outcome }) => outcome === 'unknown')) await noteOutcomes(rows);
		return rows;
	}
	for (const entry of entries) await note(target, entry);
	const settled = target.settling.hold(
		settle(target, begun, options).then(async (rows) => {
			await noteOutcomes(rows);
			return rows;
		}),
	);
	const isLeft = !options.wait && (target.rollsAlone || !rollsOn(planned.rows));
	return isLeft ? planned.rows.map((row) => recordedRow(server, row)) : settled;
}

function rollsOn(rows: readonly PlannedRow[]): boolean {
	return rows.some(({ goals }) => goals.some((goal) => goal.kind === 'runs' && goal.rolling));
}

function unrecordedRow(server: string, row: PlannedRow, problem: Error): ChangeRow {
	const code = problem instanceof ProcdeckError ? problem.code : 'internal';
	return { ...rowOf(server, row), ...failureOf(code), reason: problem.message };
}

async function settle(
	target: ChangeTarget,
	{ planned: { rows }, lost }: Begun,
	{ timeoutMs, onProgress = () => {} }: ChangeOptions,
): Promise<ChangeRow[]> {
	const goals = rows.flatMap((row) => row.goals);
	const withinMs = timeoutMs ?? defaultTimeout(target.state, goals);
	const states = await target.settling.wait(goals, target.state, withinMs, onProgress, lost);
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
