import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Change, ChangeOptions, ChangeRow, Outcome, Selector } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Server } from '../server/server.ts';
import type { Activity } from '../store/activity.ts';
import { type ConsoleStore, putActivity } from '../store/console-store.ts';
import { move } from './move.ts';
import { undo } from './undo.ts';

/** What became of a change, for the activity line. */
interface Result {
	readonly outcome: Outcome;
	readonly reason: string | null;
	/** In the place of what was announced, where only the outcome tells. */
	readonly subject?: string;
	readonly action?: string;
}

/** Runs changes one may have to wait for; each is an activity from its beginning to its outcome. */
export interface ChangeRunner {
	apply(action: string, names: readonly string[], servers: readonly Server[], change: Change): Promise<void>;
	move(from: Server, to: Server, type: string, count: number | null): Promise<void>;
	undo(servers: readonly Server[]): Promise<void>;
	saveLog(path: string, lines: readonly string[]): Promise<void>;
}

/** The outcome of the whole from that of its rows: the first that did not work, with its reason. */
export function resultOf(rows: readonly ChangeRow[]): Result {
	const bad = rows.find(({ outcome }) => outcome !== 'done' && outcome !== 'unchanged');
	if (bad !== undefined) return { outcome: bad.outcome, reason: bad.reason };
	const remark = rows.find(({ reason }) => reason !== null)?.reason ?? null;
	const unchanged = rows.every(({ outcome }) => outcome === 'unchanged');
	return { outcome: unchanged ? 'unchanged' : 'done', reason: remark };
}

function undoResult(rows: readonly ChangeRow[]): Result {
	const [first] = rows;
	if (first === undefined)
		return { outcome: 'unchanged', reason: 'there is no change of yours to take back' };
	const count =
		typeof first.from === 'number' && typeof first.to === 'number' ? ` ${first.from} → ${first.to}` : '';
	return {
		...resultOf(rows),
		subject: `${first.instance ?? first.type ?? 'everything'} on ${first.server}`,
		action: `undo${count}`,
	};
}

/** `worker.2 on local`; no selector means everything. */
export function subjectOf(names: readonly string[], servers: readonly string[]): string {
	return `${names.length === 0 ? 'everything' : names.join(', ')} on ${servers.join(', ')}`;
}

export function selectorText({ type, index }: Selector): string {
	return index === null ? type : `${type}.${index}`;
}

async function writeNew(path: string, lines: readonly string[]): Promise<void> {
	try {
		await writeFile(path, lines.map((line) => `${line}\n`).join(''), { flag: 'wx', mode: 0o600 });
	} catch (error) {
		throw new ProcdeckError('refused', error instanceof Error ? error.message : String(error));
	}
}

export function createChangeRunner(store: ConsoleStore): ChangeRunner {
	const run = async (subject: string, action: string, work: (options: ChangeOptions) => Promise<Result>) => {
		const id = randomUUID();
		const startedAt = Date.now();
		const announced: Activity = {
			id,
			subject,
			action,
			startedAt,
			settled: 0,
			total: 0,
			outcome: null,
			reason: null,
			tookMs: null,
		};
		const onProgress = (settled: number, total: number) =>
			putActivity(store, { ...announced, settled, total });
		putActivity(store, announced);
		const { who } = store.getState();
		const result = await work({ wait: true, timeoutMs: null, who, changeId: id, onProgress }).catch(
			(error: unknown): Result => {
				if (!(error instanceof ProcdeckError)) throw error;
				return { outcome: 'failed', reason: error.message };
			},
		);
		putActivity(store, { ...announced, ...result, tookMs: Date.now() - startedAt });
	};
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
			return run('last change', 'undo', async ({ changeId: _, ...options }) => {
				const observations = store.getState().servers.flatMap(({ observation }) => observation ?? []);
				return undoResult(await undo(servers, observations, options));
			});
		},
		saveLog(path, lines) {
			return run(path, `save ${lines.length.toLocaleString('en')} lines`, async () => {
				await writeNew(path, lines);
				return { outcome: 'done', reason: null };
			});
		},
	};
}
