import { type Activity, outcomeCounts } from '../../store/activity.ts';
import { latestChanges, undoPlan } from '../../store/history.ts';
import { moveIntent } from '../actions/move.ts';
import { changeWords } from '../change-words.ts';
import { placeOfCommand } from '../command-place.ts';
import type { Model } from '../model.ts';
import { planFor } from '../plans.ts';
import type { MoveSheet, Plan, Prompt, UiState } from '../ui.ts';
import { clockText, tookText } from './format.ts';
import { bold, cut, dim, plain, type Row, rowWidth, type Span, span, spread, widthOf } from './row.ts';

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

/** The latest change that anybody made, for a console that has made none. */
function historyRow({ state, glyphs }: Model): Row {
	const [change] = latestChanges(state);
	if (change === undefined) return [];
	const { who, outcome, at } = change.latest;
	const came = outcome === null || outcome === 'done' ? '' : `, ${OUTCOME_WORDS[outcome]}`;
	const by = who === state.who ? 'you' : who;
	const clock = clockText(Date.parse(at));
	const { what, where } = changeWords(change, glyphs.arrow);
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

/** Where a command that is typed will go. */
function placeSpans({ kind, text }: Prompt, model: Model, ui: UiState, width: number): Row {
	const place = kind === 'command' ? placeOfCommand(text, { model, ui, width, height: 0 }) : null;
	return place === null ? [] : [dim(` ${place} `)];
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

/** News of what nobody did here, until this console changes something; what did not work is told before it. */
function announcementOf({ state: { announcement, now } }: Model, activity: Activity | null): string | null {
	if (announcement === null || now - announcement.at > NEWS_MS) return null;
	if (activity === null) return announcement.text;
	const isOver = activity.outcome !== null && WELL.has(activity.outcome);
	return isOver && activity.startedAt <= announcement.at ? announcement.text : null;
}

/** The line above the keys: what is typed, what the last key said, or what is under way and what became of it. */
export function activityLine(model: Model, ui: UiState, width: number): Row {
	const { ellipsis } = model.glyphs;
	const asked: Row = ui.unasked === 0 ? [] : [span('warn', 'a question waits ')];
	if (ui.prompt !== null) {
		const beside = [...placeSpans(ui.prompt, model, ui, width), ...asked];
		return spread(promptRow(ui.prompt, width - rowWidth(beside), ellipsis), beside, width, ellipsis);
	}
	if (ui.notice !== null) return spread([span('warn', ` ${ui.notice}`)], asked, width, ellipsis);
	if (ui.sheet?.kind === 'move') return spread([moveRemark(ui.sheet, model)], asked, width, ellipsis);
	if (ui.sheet?.kind === 'plan') return spread([planRemark(ui.sheet.plan, model)], asked, width, ellipsis);
	// What has the keys now cannot be undone with one.
	if (ui.sheet?.kind === 'question') return spread([], [], width, ellipsis);
	if (ui.unasked > 0) return spread([], asked, width, ellipsis);
	return newsLine(model, ui, width);
}

/** What is under way or what became of it, and what can be done about it. */
function newsLine(model: Model, ui: UiState, width: number): Row {
	const { ellipsis } = model.glyphs;
	const activity = newsOf(model);
	const announcement = announcementOf(model, activity);
	if (announcement !== null) return spread([plain(` ${announcement}`)], [], width, ellipsis);
	const left = activity === null ? historyRow(model) : activityRow(activity, model);
	if (activity === null || WELL.has(activity.outcome))
		return spread(left, undoHint(model, width - rowWidth(left) - 1), width, ellipsis);
	// Why it went wrong has the whole line.
	const byServer = activity.servers.length > 1 && ui.page === 'deck';
	return spread(left, byServer ? [bold('c'), dim(' each server ')] : [], width, ellipsis);
}

/** What the key would take back; where there is no room for what that is, at least that it would. */
function undoHint(model: Model, room: number): Row {
	if (!canUndo(model)) return [];
	const hint = [bold('u'), dim(` undo ${whatIsUndone(model)}`)];
	return rowWidth(hint) <= room ? hint : [bold('u'), dim(' undo ')];
}

/** Nothing where that is the change which is told beside it; what it is where that cannot be taken back. */
function whatIsUndone({ state, glyphs }: Model): string {
	const { parts } = undoPlan(state);
	const latest = parts.at(-1);
	const own = latestChanges(state).find((change) => change.latest.who === state.who);
	if (latest === undefined || own === undefined || own.latest.changeId === latest.changeId) return '';
	const { what, where } = changeWords({ latest, parts }, glyphs.arrow);
	return `${what} on ${where} `;
}

/** Whether the key would take something back now. */
export function canUndo({ state }: Model): boolean {
	if (state.readOnly) return false;
	const { parts, conflicts } = undoPlan(state);
	return parts.length > 0 && conflicts.length === 0;
}
