import { monotonicNow } from '../../linux/proc.ts';
import type { Change, ChangeOptions, ChangeRow, HistoryEntry } from '../../model/change.ts';
import { freshId } from '../../model/fresh-id.ts';
import { appendHistory } from './history.ts';
import { type Goal, type GoalState, timeToSettle } from './step/goals.ts';
import { type Plan, type PlannedRow, plan } from './step/plan.ts';
import type { SupervisorEvent } from './step/state.ts';
import type { Supervisor } from './supervisor.ts';

/** Plans a verb, records it, sets it going, waits until it has settled and notes all that in the history. */
export async function carryOut(
	supervisor: Supervisor,
	change: Change,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const startedAt = monotonicNow();
	const { planned, problem } = await supervisor.exclusively(() => begin(supervisor, change));
	if (problem !== null) {
		const reason = problem.message;
		return planned.rows.map((row) => ({
			...rowOf(supervisor, row),
			outcome: 'failed',
			reason,
			code: 'internal',
		}));
	}
	const at = supervisor.observers.nextEntryAt();
	const entries = planned.rows.map((row) => historyEntry(supervisor, change, row, at, options));
	for (const entry of entries) await note(supervisor, entry);
	const settled = settle(supervisor, planned.rows, options).then(async (rows) => {
		const tookMs = Math.round(monotonicNow() - startedAt);
		for (const [position, row] of rows.entries()) {
			const entry = entries[position];
			if (entry !== undefined && entry.outcome === null)
				await note(supervisor, { ...entry, ...outcomeOf(row), tookMs });
		}
		return rows;
	});
	return options.wait ? settled : planned.rows.map((row) => recordedRow(supervisor, row));
}

async function begin(
	supervisor: Supervisor,
	change: Change,
): Promise<{ planned: Plan; problem: Error | null }> {
	// What starts from now on gets the files as they are at this moment, and after a start or restart the caller's shell.
	await supervisor.watch.refresh();
	const { initial, definition } = supervisor;
	const planned = plan(supervisor.state, change, { initial, server: definition.name });
	try {
		await recordPlan(supervisor, planned, 'shell' in change ? change.shell : null);
		return { planned, problem: null };
	} catch (error) {
		return { planned, problem: error as Error };
	}
}

async function recordPlan(
	supervisor: Supervisor,
	{ formation, restarts }: Plan,
	shell: Readonly<Record<string, string>> | null,
): Promise<void> {
	const events = restarts.map(({ names, width }): SupervisorEvent => {
		return { kind: 'restart', names, width };
	});
	if (formation === supervisor.state.formation) supervisor.dispatch(...events);
	else await supervisor.record(formation, events, shell);
}

async function settle(
	supervisor: Supervisor,
	rows: readonly PlannedRow[],
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const goals = rows.flatMap((row) => row.goals);
	const timeoutMs = options.timeoutMs ?? defaultTimeout(supervisor, goals);
	const states = await supervisor.settling.wait(
		goals,
		supervisor.state,
		timeoutMs,
		options.onProgress ?? (() => {}),
	);
	let position = 0;
	return rows.map((row) => {
		const own = states.slice(position, position + row.goals.length);
		position += row.goals.length;
		return settledRow(rowOf(supervisor, row), row, own);
	});
}

/** Each instance has its time; those of a rolling restart come one after another. */
function defaultTimeout(supervisor: Supervisor, goals: readonly Goal[]): number {
	const times = goals.map(({ name }) => {
		const type = supervisor.state.instances.get(name)?.type;
		return timeToSettle(type === undefined ? undefined : supervisor.state.definitions.get(type)?.settings);
	});
	const rolling = goals.some((goal) => goal.kind === 'runs' && goal.rolling);
	const total = rolling ? times.reduce((sum, time) => sum + time, 0) : Math.max(0, ...times);
	return Math.min(2 ** 31 - 1, total);
}

function rowOf(supervisor: Supervisor, row: PlannedRow): ChangeRow {
	const { type, instance, from, to, outcome, reason, code } = row;
	return {
		server: supervisor.definition.name,
		type,
		...(instance === undefined ? {} : { instance }),
		from,
		to,
		outcome: outcome ?? 'done',
		reason,
		...(code === undefined ? {} : { code }),
	};
}

function recordedRow(supervisor: Supervisor, row: PlannedRow): ChangeRow {
	const { outcome, reason } = row;
	if (outcome !== null) return rowOf(supervisor, row);
	return { ...rowOf(supervisor, row), reason: reason === null ? 'recorded' : `recorded; ${reason}` };
}

function settledRow(base: ChangeRow, row: PlannedRow, states: readonly GoalState[]): ChangeRow {
	const failures = states.flatMap((state, position) =>
		state.kind === 'failed' ? [{ ...state, name: row.goals[position]?.name }] : [],
	);
	const first = failures[0];
	if (first === undefined) return base;
	const reason = failures.map((failure) => `${failure.name}: ${failure.reason}`).join('; ');
	return { ...base, outcome: 'failed', reason, code: first.code };
}

function historyEntry(
	supervisor: Supervisor,
	change: Change,
	row: PlannedRow,
	at: string,
	options: ChangeOptions,
): HistoryEntry {
	const { type, instance, from, to, outcome } = row;
	return {
		id: freshId(),
		changeId: options.changeId,
		at,
		who: options.who,
		verb: options.historyVerb ?? change.verb,
		server: supervisor.definition.name,
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

function outcomeOf({ outcome, reason, code }: ChangeRow): Pick<HistoryEntry, 'outcome' | 'reason' | 'code'> {
	return {
		outcome,
		...(reason === null || outcome === 'done' ? {} : { reason }),
		...(code === undefined ? {} : { code }),
	};
}

/** Turning a whole stack on or off without a change of its own: `up`. */
export async function noteRun(
	supervisor: Supervisor,
	verb: string,
	who: string,
	to: 'on' | 'off',
): Promise<void> {
	await note(supervisor, {
		id: freshId(),
		changeId: freshId(),
		at: supervisor.observers.nextEntryAt(),
		who,
		verb,
		server: supervisor.definition.name,
		type: null,
		from: to === 'on' ? 'off' : 'on',
		to,
		outcome: 'done',
	});
}

/** What did not change anything is not part of the history; a history that cannot be written stops nothing. */
async function note(supervisor: Supervisor, entry: HistoryEntry): Promise<void> {
	if (entry.outcome === 'unchanged' || supervisor.isAbandoned) return;
	supervisor.observers.tellHistory(entry);
	await appendHistory(supervisor.paths.history, entry).catch((error: Error) => {
		process.stderr.write(`cannot write the history: ${error.message}\n`);
	});
}
