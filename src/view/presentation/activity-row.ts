import type { HistoryEntry } from '../../model/change.ts';
import { planUndo } from '../../model/undo-plan.ts';
import type { Activity } from '../../store/activity.ts';
import type { Model } from '../model.ts';
import { listed } from '../plan-effects.ts';
import { planFor } from '../plans.ts';
import type { Plan, Prompt, UiState } from '../ui.ts';
import { clockText, tookText } from './format.ts';
import { bold, cut, dim, plain, type Row, type Span, span, spread, widthOf } from './row.ts';

const OUTCOME_WORDS: Readonly<Record<NonNullable<Activity['outcome']>, string>> = {
	done: 'done',
	unchanged: 'nothing to do',
	failed: 'failed',
	unreachable: 'unreachable',
	unknown: 'not known what became of it',
};

function progressText(activity: Activity, now: number): string {
	const seconds = Math.max(0, Math.round((now - activity.startedAt) / 1000));
	const counted = activity.total > 0 ? `  ${activity.settled} of ${activity.total} settled` : '';
	return seconds > 0 ? `${counted}  ${seconds} s` : counted;
}

function activityRow(activity: Activity, { state, glyphs }: Model): Row {
	const action = activity.action.replace('→', glyphs.arrow);
	const left: Span[] = [plain(` ${activity.subject}: `)];
	if (activity.outcome === null) {
		return [...left, span('accent', action), dim(progressText(activity, state.now))];
	}
	const took = activity.tookMs === null ? '' : `, took ${tookText(activity.tookMs)}`;
	const reason = activity.reason === null ? '' : `: ${activity.reason}`;
	if (activity.outcome === 'done') return [...left, dim(`${action} done${took}${reason}`)];
	if (activity.outcome === 'unchanged')
		return [...left, dim(`${action}: ${activity.reason ?? 'nothing to do'}`)];
	return [...left, dim(`${action} `), span('error', `${OUTCOME_WORDS[activity.outcome]}${reason}`)];
}

/** `worker 3 → 4`, `restart worker.2`. */
export function historyText({ type, instance, from, to, verb }: HistoryEntry, arrow: string): string {
	const subject = instance ?? type ?? 'everything';
	if (typeof from === 'number' && typeof to === 'number' && from !== to)
		return `${subject} ${from} ${arrow} ${to}`;
	return `${verb} ${subject}`;
}

/** The latest change that anybody made, for a console that has made none. */
export function latestChange({ state }: Model): HistoryEntry | null {
	let latest: HistoryEntry | null = null;
	for (const { observation } of state.servers) {
		const last = observation?.history.at(-1);
		if (last !== undefined && (latest === null || last.at > latest.at)) latest = last;
	}
	return latest;
}

/** The change that an entry is of: what one verb did to several types is one change. */
function wholeText(entry: HistoryEntry, { state, glyphs }: Model): string {
	const history = state.servers.flatMap(({ observation }) => observation?.history ?? []);
	const parts = history.filter(({ changeId, verb }) => changeId === entry.changeId && verb === entry.verb);
	const types = new Set(parts.map(({ type }) => type ?? 'everything'));
	return types.size > 1 ? `${entry.verb} ${listed([...types])}` : historyText(entry, glyphs.arrow);
}

function historyRow(entry: HistoryEntry, model: Model): Row {
	const { state } = model;
	const who = entry.who === state.who ? 'you' : entry.who;
	const outcome =
		entry.outcome === null || entry.outcome === 'done' ? '' : `, ${OUTCOME_WORDS[entry.outcome]}`;
	return [
		dim(
			` ${clockText(Date.parse(entry.at))}  ${wholeText(entry, model)} on ${entry.server} by ${who}${outcome}`,
		),
	];
}

const QUESTIONS: Readonly<Record<Prompt['kind'], string>> = {
	count: 'how many',
	command: ':',
	types: '/',
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

const WELL: ReadonlySet<Activity['outcome']> = new Set([null, 'done', 'unchanged']);

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
	const latest = latestChange(model);
	return latest !== null && Date.parse(latest.at) > endedAt ? null : activity;
}

/** The line above the keys: what is typed, what the last key said, or what is under way and what became of it. */
export function activityLine(model: Model, ui: UiState, width: number): Row {
	const { ellipsis } = model.glyphs;
	if (ui.prompt !== null) return spread(promptRow(ui.prompt, width, ellipsis), [], width, ellipsis);
	if (ui.notice !== null) return spread([span('warn', ` ${ui.notice}`)], [], width, ellipsis);
	if (ui.sheet?.kind === 'plan') return spread([planRemark(ui.sheet.plan, model)], [], width, ellipsis);
	const activity = newsOf(model);
	// Why it went wrong has the whole line.
	const wentWell = activity === null || WELL.has(activity.outcome);
	const undo: Row = wentWell && canUndo(model) ? [bold('u'), dim(' undo ')] : [];
	if (activity !== null) return spread(activityRow(activity, model), undo, width, ellipsis);
	const latest = latestChange(model);
	return spread(latest === null ? [] : historyRow(latest, model), undo, width, ellipsis);
}

/** Whether the key would take something back now. */
export function canUndo({ state }: Model): boolean {
	if (state.readOnly) return false;
	const observations = state.servers.flatMap(({ observation }) => observation ?? []);
	const { parts, conflicts } = planUndo(observations, state.who);
	return parts.length > 0 && conflicts.length === 0;
}
