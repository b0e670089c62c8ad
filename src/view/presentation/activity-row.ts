import type { HistoryEntry } from '../../model/change.ts';
import { type Activity, outcomeCounts } from '../../store/activity.ts';
import { latestChanges, undoPlan, type WholeChange } from '../../store/history.ts';
import { moveIntent } from '../actions/move.ts';
import type { Model } from '../model.ts';
import { listed } from '../plan-effects.ts';
import { planFor } from '../plans.ts';
import type { MoveSheet, Plan, Prompt, UiState } from '../ui.ts';
import { clockText, tookText } from './format.ts';
import { bold, cut, dim, plain, type Row, type Span, span, spread, widthOf } from './row.ts';

export const OUTCOME_WORDS: Readonly<Record<NonNullable<Activity['outcome']>, string>> = {
	done: 'done',
	unchanged: 'nothing to do',
	failed: 'failed',
	unreachable: 'unreachable',
	unknown: 'not known what became of it',
};

const WELL: ReadonlySet<Activity['outcome']> = new Set([null, 'done', 'unchanged']);

function progressText(activity: Activity, now: number): string {
	const seconds = Math.max(0, Math.round((now - activity.startedAt) / 1000));
	const { servers, rows, total, settled } = activity;
	const reached = new Set(rows.map(({ server }) => server)).size;
	const many = servers.length > 1 ? `  ${reached} of ${servers.length} servers` : '';
	const counted = `${many}${total > 0 ? `  ${settled} of ${total} settled` : ''}`;
	return seconds > 0 ? `${counted}  ${seconds} s` : counted;
}

/** `38 done, 1 unreachable, 1 failed` */
export function countSpans(activity: Activity): Row {
	const counts = [...outcomeCounts(activity)].toSorted(
		([a], [b]) => Number(WELL.has(b)) - Number(WELL.has(a)),
	);
	return counts.flatMap(([outcome, count], position): Row => {
		const text = `${count} ${OUTCOME_WORDS[outcome]}`;
		return [plain(position === 0 ? '' : ', '), WELL.has(outcome) ? dim(text) : span('error', text)];
	});
}

function activityRow(activity: Activity, { state, glyphs }: Model): Row {
	const action = activity.action.replace('→', glyphs.arrow);
	const left: Span[] = [plain(` ${activity.subject}: `)];
	if (activity.outcome === null) {
		return [...left, span('accent', action), dim(progressText(activity, state.now))];
	}
	const took = activity.tookMs === null ? '' : `, took ${tookText(activity.tookMs)}`;
	const reason = activity.reason === null ? '' : `: ${activity.reason}`;
	// With several servers it is told how many came to what; the reasons are on a page of their own.
	if (activity.servers.length > 1 && !WELL.has(activity.outcome)) {
		return [...left, dim(`${action}: `), ...countSpans(activity)];
	}
	if (activity.outcome === 'done') return [...left, dim(`${action} done${took}${reason}`)];
	if (activity.outcome === 'unchanged')
		return [...left, dim(`${action}: ${activity.reason ?? 'nothing to do'}`)];
	return [...left, dim(`${action} `), span('error', `${OUTCOME_WORDS[activity.outcome]}${reason}`)];
}

/** `worker 3 → 4`, `restart worker.2`. */
function historyText({ type, instance, from, to, verb }: HistoryEntry, arrow: string): string {
	const subject = instance ?? type ?? 'everything';
	if (typeof from === 'number' && typeof to === 'number' && from !== to)
		return `${subject} ${from} ${arrow} ${to}`;
	return `${verb} ${subject}`;
}

/** What was changed, and where: what one verb did to several types, or on several servers, is one change. */
export function changeText({ latest, parts }: WholeChange, arrow: string): { what: string; where: string } {
	const types = [...new Set(parts.map(({ type }) => type ?? 'everything'))];
	const servers = new Set(parts.map(({ server }) => server)).size;
	const isOne = types.length === 1 && servers === 1;
	return {
		what: isOne ? historyText(latest, arrow) : `${latest.verb} ${listed(types)}`,
		where: servers === 1 ? latest.server : `${servers} servers`,
	};
}

/** The latest change that anybody made, for a console that has made none. */
function historyRow({ state, glyphs }: Model): Row {
	const [change] = latestChanges(state);
	if (change === undefined) return [];
	const { who, outcome, at } = change.latest;
	const came = outcome === null || outcome === 'done' ? '' : `, ${OUTCOME_WORDS[outcome]}`;
	const by = who === state.who ? 'you' : who;
	const clock = clockText(Date.parse(at));
	const { what, where } = changeText(change, glyphs.arrow);
	return [dim(` ${clock}  ${what} on ${where} by ${by}${came}`)];
}

const QUESTIONS: Readonly<Record<Prompt['kind'], string>> = {
	count: 'how many',
	command: ':',
	filter: '/',
	search: '/',
	'output-search': '/',
	'log-filter': 'only lines with',
	save: 'save to',
};

/** The line that is typed, with its end in sight, a mark where the next character comes, and what is wrong with it. */
function promptRow({ kind, text, error }: Prompt, width: number, ellipsis: string): Row {
	const question = QUESTIONS[kind];
	const lead = question.length === 1 ? ` ${question}` : ` ${question} `;
	const wrong = error === null ? '' : `  ${error}`;
	const room = Math.max(10, width - widthOf(lead) - widthOf(wrong) - 2);
	const over = widthOf(text) - room;
	const shown = over > 0 ? `${ellipsis}${text.slice(cut(text, over + widthOf(ellipsis)).length)}` : text;
	return [
		bold(lead, 'accent'),
		plain(shown),
		{ text: '_', role: 'accent', bold: true, focus: true },
		span('error', wrong),
	];
}

/** Why it asks, or that it is no longer the plan that it was when it opened. */
function planRemark({ intent, basis, because }: Plan, { state }: Model): Span {
	const moved = (planFor(state, intent)?.basis ?? null) !== basis;
	return moved ? span('warn', ' it changed meanwhile: look at it again') : dim(` ${because}`);
}

/** Why nothing would be moved; nothing where it would. */
function moveRemark(sheet: MoveSheet, model: Model): Span {
	const intent = moveIntent(model, sheet);
	return typeof intent === 'string' ? span('warn', ` ${intent}`) : plain('');
}

/** Milliseconds that news of this console are told; what did not work is told longer. */
const NEWS_MS = 30_000;
const BAD_NEWS_MS = 120_000;

/** The last change of this console, while it is under way or news, and nobody has changed anything since. */
function newsOf(model: Model): Activity | null {
	const { activities, now } = model.state;
	const activity = activities.at(-1);
	if (activity === undefined) return null;
	if (activity.tookMs === null) return activity;
	const endedAt = activity.startedAt + activity.tookMs;
	if (now - endedAt > (WELL.has(activity.outcome) ? NEWS_MS : BAD_NEWS_MS)) return null;
	const [change] = latestChanges(model.state);
	return change !== undefined && Date.parse(change.latest.at) > endedAt ? null : activity;
}

/** The line above the keys: what is typed, what the last key said, or what is under way and what became of it. */
export function activityLine(model: Model, ui: UiState, width: number): Row {
	const { ellipsis } = model.glyphs;
	if (ui.prompt !== null) return spread(promptRow(ui.prompt, width, ellipsis), [], width, ellipsis);
	if (ui.notice !== null) return spread([span('warn', ` ${ui.notice}`)], [], width, ellipsis);
	if (ui.sheet?.kind === 'move') return spread([moveRemark(ui.sheet, model)], [], width, ellipsis);
	if (ui.sheet?.kind === 'plan') return spread([planRemark(ui.sheet.plan, model)], [], width, ellipsis);
	const activity = newsOf(model);
	// Why it went wrong has the whole line.
	const wentWell = activity === null || WELL.has(activity.outcome);
	const undo: Row = wentWell && canUndo(model) ? [bold('u'), dim(` undo ${whatIsUndone(model)}`)] : [];
	if (activity === null) return spread(historyRow(model), undo, width, ellipsis);
	const byServer: Row = [bold('c'), dim(' each server ')];
	const more = activity.servers.length > 1 && !wentWell && ui.page === 'deck' ? byServer : undo;
	return spread(activityRow(activity, model), more, width, ellipsis);
}

/** Nothing where that is the change which is told beside it; what it is where that cannot be taken back. */
function whatIsUndone({ state }: Model): string {
	const [part] = undoPlan(state).parts;
	const own = latestChanges(state).find(({ latest }) => latest.who === state.who);
	if (part === undefined || own === undefined || own.latest.changeId === part.changeId) return '';
	return `${part.verb} ${part.type ?? ''} on ${part.server} `;
}

/** Whether the key would take something back now. */
export function canUndo({ state }: Model): boolean {
	if (state.readOnly) return false;
	const { parts, conflicts } = undoPlan(state);
	return parts.length > 0 && conflicts.length === 0;
}
