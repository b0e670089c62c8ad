import type { Change, ChangeOptions, ChangeRow, Outcome, Selector } from '../model/change.ts';
import { agoText, countsText } from '../model/change-text.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import { planUndo, type UndoPlan } from '../model/undo-plan.ts';
import type { Server } from '../server/server.ts';
import type { Activity } from '../store/activity.ts';
import { type ConsoleStore, putActivity } from '../store/console-store.ts';
import { move } from './move.ts';
import { undo } from './undo.ts';

/** What became of a change, for the activity line. */
interface Result {
	readonly outcome: Outcome;
	readonly reason: string | null;
}

/** Runs changes one may have to wait for; each is an activity from its beginning to its outcome. */
export interface ChangeRunner {
	apply(action: string, names: readonly string[], servers: readonly Server[], change: Change): Promise<void>;
	move(from: Server, to: Server, type: string, count: number | null): Promise<void>;
	undo(servers: readonly Server[]): Promise<void>;
}

/** The outcome of the whole from that of its rows: the first that did not work, with its reason. */
export function resultOf(rows: readonly ChangeRow[]): Result {
	const bad = rows.find(({ outcome }) => outcome !== 'done' && outcome !== 'unchanged');
	if (bad !== undefined) return { outcome: bad.outcome, reason: bad.reason };
	const remark = rows.find(({ reason }) => reason !== null)?.reason ?? null;
	const unchanged = rows.every(({ outcome }) => outcome === 'unchanged');
	return { outcome: unchanged ? 'unchanged' : 'done', reason: remark };
}

/** What an undo is about to take back: `worker on local` and `undo of scale 3 → 4 (2 minutes ago)`. */
function undoHeadline({ parts }: UndoPlan): { subject: string; action: string } {
	const [first] = parts;
	const latest = parts.at(-1);
	if (first === undefined || latest === undefined) return { subject: 'last change', action: 'undo' };
	const names = new Set(parts.map(({ type, instance }) => instance ?? type ?? 'everything'));
	const servers = new Set(parts.map(({ server }) => server));
	const counts = parts.length === 1 ? countsText(first, '→') : '';
	return {
		subject: subjectOf([...names], [...servers]),
		action: `undo of ${first.verb}${counts} (${agoText(latest.at, Date.now())})`,
	};
}

function undoResult(rows: readonly ChangeRow[], { passedOver }: UndoPlan): Result {
	const result: Result =
		rows.length === 0 ? { outcome: 'unchanged', reason: 'nothing of yours to take back' } : resultOf(rows);
	const remarks = [...new Set(passedOver.map(({ reason }) => `${reason} (passed over)`))];
	const reasons = [...(result.reason === null ? [] : [result.reason]), ...remarks];
	return { ...result, reason: reasons.length === 0 ? null : reasons.join('; ') };
}

/** `worker.2 on local`; no selector means everything. */
export function subjectOf(names: readonly string[], servers: readonly string[]): string {
	return `${names.length === 0 ? 'everything' : names.join(', ')} on ${servers.join(', ')}`;
}

export function selectorText({ type, index }: Selector): string {
	return index === null ? type : `${type}.${index}`;
}

/** Does the work of one change as an activity, from its announcement to its outcome. */
type RunActivity = (
	subject: string,
	action: string,
	work: (options: ChangeOptions) => Promise<Result>,
) => Promise<void>;

function activityRunner(store: ConsoleStore): RunActivity {
	return async (subject, action, work) => {
		const id = freshId();
		const startedAt = Date.now();
		const pending = { settled: 0, total: 0, outcome: null, reason: null, tookMs: null } as const;
		const announced: Activity = { id, subject, action, startedAt, ...pending };
		const onProgress = (settled: number, total: number) =>
			putActivity(store, { ...announced, settled, total });
		putActivity(store, announced);
		const { who } = store.getState();
		const result = await work({ wait: true, timeoutMs: null, who, changeId: id, onProgress }).catch(failed);
		putActivity(store, { ...announced, ...result, tookMs: Date.now() - startedAt });
	};
}

function failed(error: unknown): Result {
	if (!(error instanceof ProcdeckError)) throw error;
	return { outcome: 'failed', reason: error.message };
}

export function createChangeRunner(store: ConsoleStore): ChangeRunner {
	const run = activityRunner(store);
	const undoLast = (servers: readonly Server[]): Promise<void> => {
		const state = store.getState();
		const plan = planUndo(
			state.servers.flatMap(({ observation }) => observation ?? []),
			state.who,
		);
		const { subject, action } = undoHeadline(plan);
		return run(subject, action, async ({ changeId: _, ...options }) =>
			undoResult(await undo(servers, plan, options), plan),
		);
	};
	let undoing: Promise<void> = Promise.resolve();
	return {
		apply(action, names, servers, change) {
			const where = servers.map(({ definition }) => definition.name);
			return run(subjectOf(names, where), action, async (options) =>
				resultOf((await Promise.all(servers.map((server) => server.apply(change, options)))).flat()),
			);
		},
		move(from, to, type, count) {
			const action = `move to ${to.definition.name}`;
			return run(subjectOf([type], [from.definition.name]), action, async (options) =>
				resultOf(await move(from, to, type, count, options)),
			);
		},
		undo(servers) {
			// What the next one takes back is known when this one has.
			undoing = undoing.then(() => undoLast(servers));
			return undoing;
		},
	};
}
