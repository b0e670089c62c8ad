import type { ChangeOptions, ChangeRow, Outcome, Selector } from '../model/change.ts';
import { agoText, countsText } from '../model/change-text.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import type { UndoPlan } from '../model/undo-plan.ts';
import type { Server } from '../server/server.ts';
import type { Activity } from '../store/activity.ts';
import { type ConsoleStore, putActivity } from '../store/console-store.ts';
import { undoPlan } from '../store/history.ts';
import { applyToAll, type ChangeFor } from './fan-out.ts';
import { move } from './move.ts';
import { undo } from './undo.ts';

/** What became of a change, for the activity line. */
interface Result {
	readonly outcome: Outcome;
	readonly reason: string | null;
}

type Work = (options: ChangeOptions) => Promise<readonly ChangeRow[]>;

/** Runs changes one may have to wait for; each is an activity from its beginning to its outcome. */
export interface ChangeRunner {
	apply(
		action: string,
		names: readonly string[],
		servers: readonly Server[],
		change: ChangeFor,
	): Promise<void>;
	move(from: Server, to: Server, type: string, count: number | null): Promise<void>;
	undo(servers: readonly Server[]): Promise<void>;
	/**
	 * Adds a server by `work`.
	 * @returns whether it was added
	 */
	add(server: string, work: Work): Promise<boolean>;
	/** Mends the load balancer of a server by `work`. */
	mend(server: string, work: Work): Promise<void>;
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
function undoHeadline({ parts }: UndoPlan): Headline {
	const [first] = parts;
	const latest = parts.at(-1);
	if (first === undefined || latest === undefined)
		return { subject: 'last change', action: 'undo', servers: [] };
	const names = new Set(parts.map(({ type, instance }) => instance ?? type ?? 'everything'));
	const servers = new Set(parts.map(({ server }) => server));
	const counts = parts.length === 1 ? countsText(first, '→') : '';
	return {
		subject: subjectOf([...names], [...servers]),
		servers: [...servers],
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

const MOST_NAMED = 3;

/** `worker.2 on local`, `web on 40 servers`; no selector means everything. */
export function subjectOf(names: readonly string[], servers: readonly string[]): string {
	const where = servers.length > MOST_NAMED ? `${servers.length} servers` : servers.join(', ');
	return `${names.length === 0 ? 'everything' : names.join(', ')} on ${where}`;
}

export function selectorText({ type, index }: Selector): string {
	return index === null ? type : `${type}.${index}`;
}

/** What a change is about. */
interface Headline {
	readonly subject: string;
	readonly action: string;
	readonly servers: readonly string[];
}

/** How the work of a change tells how far it is. */
interface Telling {
	readonly options: ChangeOptions;
	readonly onRows: (rows: readonly ChangeRow[]) => void;
}

/** Does the work of one change as an activity, from its announcement to its outcome. */
type RunActivity = (
	headline: Headline,
	work: (telling: Telling) => Promise<readonly ChangeRow[]>,
	result?: (rows: readonly ChangeRow[]) => Result,
) => Promise<Outcome>;

function activityRunner(store: ConsoleStore): RunActivity {
	return async (headline, work, result = resultOf) => {
		const id = freshId();
		const startedAt = Date.now();
		const pending = { settled: 0, total: 0, outcome: null, reason: null, tookMs: null, rows: [] } as const;
		let activity: Activity = { id, ...headline, startedAt, ...pending };
		const update = (changed: Partial<Activity>) => {
			activity = { ...activity, ...changed };
			putActivity(store, activity);
		};
		const onProgress = (settled: number, total: number) => update({ settled, total });
		const onRows = (rows: readonly ChangeRow[]) => update({ rows: [...activity.rows, ...rows] });
		update({});
		const { who } = store.getState();
		const options = { wait: true, timeoutMs: null, who, changeId: id, onProgress };
		const ended = await work({ options, onRows }).then((rows) => ({ ...result(rows), rows }), failed);
		update({ ...ended, tookMs: Date.now() - startedAt });
		return ended.outcome;
	};
}

function failed(error: unknown): Result {
	if (!(error instanceof ProcdeckError)) throw error;
	return { outcome: error.code === 'unreachable' ? 'unreachable' : 'failed', reason: error.message };
}

export function createChangeRunner(store: ConsoleStore): ChangeRunner {
	const run = activityRunner(store);
	const undoLast = async (servers: readonly Server[]): Promise<void> => {
		const state = store.getState();
		const plan = undoPlan(state);
		await run(
			undoHeadline(plan),
			({ options: { changeId: _, ...options } }) => undo(servers, plan, options),
			(rows) => undoResult(rows, plan),
		);
	};
	let undoing: Promise<void> = Promise.resolve();
	return {
		async apply(action, names, servers, change) {
			const where = servers.map(({ definition }) => definition.name);
			await run({ subject: subjectOf(names, where), action, servers: where }, ({ options, onRows }) =>
				applyToAll(servers, change, options, onRows),
			);
		},
		async move(from, to, type, count) {
			const [source, target] = [from.definition.name, to.definition.name];
			const many = count === null ? '' : `${count} `;
			const action = `move ${many}to ${target}`;
			await run({ subject: subjectOf([type], [source]), action, servers: [source, target] }, ({ options }) =>
				move(from, to, type, count, options),
			);
		},
		undo(servers) {
			// What the next one takes back is known when this one has.
			undoing = undoing.then(() => undoLast(servers));
			return undoing;
		},
		async add(server, work) {
			const headline = { subject: server, action: 'server add', servers: [server] };
			const outcome = await run(headline, ({ options }) => work(options));
			return outcome === 'done' || outcome === 'unchanged';
		},
		async mend(server, work) {
			const headline = { subject: `load balancer on ${server}`, action: 'lb mend', servers: [server] };
			await run(headline, ({ options }) => work(options));
		},
	};
}
