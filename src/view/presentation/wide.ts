import { isRecordedOnly } from '../../model/change.ts';
import { latestChanges, type WholeChange } from '../../store/history.ts';
import type { Problem } from '../../store/problem.ts';
import { isWrong } from '../../store/problem.ts';
import { problemPosition } from '../actions/problem.ts';
import { changeWords } from '../change-words.ts';
import type { Model } from '../model.ts';
import type { ProblemMark } from '../ui.ts';
import { canUndo } from './activity-row.ts';
import { averaged, barsText, bytesText, clockText, percentText, tookText } from './format.ts';
import { bold, dim, fit, padEnd, plain, type Role, type Row, type Span, shorten, span } from './row.ts';
import { ruleRow } from './rule.ts';
import { shownPart } from './shown-part.ts';

function problemLook({ kind }: Problem, { glyphs }: Model): Span {
	if (['failed', 'file', 'finding', 'balancer', 'unhealthy'].includes(kind))
		return span('error', glyphs.failed);
	if (kind === 'backoff') return span('warn', glyphs.backoff);
	if (kind === 'unreachable') return span('warn', glyphs.unreachable);
	return span('warn', glyphs.none);
}

/** Rows that all that is wrong takes. */
export function wrongHeight(problems: readonly Problem[]): number {
	if (problems.length === 0) return 0;
	return 1 + problems.reduce((sum, { detail }) => sum + (detail === null ? 1 : 2), 0);
}

/** What is wrong, with what is known about each, as far as `height` rows go. */
export function wrongRows(
	model: Model,
	problems: readonly Problem[],
	mark: ProblemMark,
	width: number,
	height: number,
): Row[] {
	if (problems.length === 0 || height < 2) return [];
	const position = problemPosition(problems, mark);
	const current = problems[position];
	// Where not all fit, each is reckoned to have something more to it.
	const room = wrongHeight(problems) <= height ? problems.length : Math.max(1, Math.floor((height - 1) / 2));
	const rows = shownPart(problems, position, room).flatMap((problem): Row[] => {
		const first: Row = [
			plain(problem === current ? '>' : ' '),
			problemLook(problem, model),
			plain(` ${padEnd(problem.subject, 22)} ${problem.text}`),
		];
		if (problem.detail === null) return [first];
		return [first, [plain(' '.repeat(26)), span('rule', model.glyphs.gutter), dim(` ${problem.detail}`)]];
	});
	const wrong = problems.filter(isWrong).length;
	const title = wrong > 0 ? 'Wrong' : 'Worth a look';
	const rule = ruleRow([bold(title)], plain(String(problems.length)), width, model.glyphs);
	return [rule, ...rows.slice(0, height - 1).map((row) => fit(row, width, model.glyphs.ellipsis))];
}

/** CPU and memory of each server over the last 15 minutes. */
export function loadRows(model: Model, width: number): Row[] {
	const { servers } = model.state;
	const { bars } = model.glyphs;
	const nameWidth = Math.max(8, ...servers.map(({ name }) => name.length + 2));
	const barWidth = Math.max(8, Math.min(30, Math.floor((width - nameWidth - 30) / 2)));
	const rows = servers.map(({ name, trends }): Row => {
		const cpu = averaged(trends.cpu, barWidth);
		const memory = averaged(trends.memory, barWidth);
		return [
			plain(`   ${padEnd(name, nameWidth)}`),
			dim('cpu '),
			span('trend', barsText(cpu, barWidth, Math.max(100, ...cpu), bars)),
			plain(percentText(trends.cpu.at(-1) ?? null).padStart(6)),
			dim('   mem '),
			span('trend', barsText(memory, barWidth, Math.max(0, ...memory), bars)),
			plain(bytesText(trends.memory.at(-1) ?? null).padStart(7)),
		];
	});
	const rule = ruleRow([bold('Load'), dim('15 min')], null, width, model.glyphs);
	return [rule, ...rows.map((row) => fit(row, width, model.glyphs.ellipsis))];
}

const OUTCOME_ROLES: Readonly<Record<string, Role>> = { done: 'dim', unchanged: 'dim' };

/** What came of all parts of a change: what they have in common, or how many came to what is worst. */
function outcomeSpan({ parts }: WholeChange): Span {
	if (parts.some(({ outcome }) => outcome === null)) return span('accent', 'under way');
	const byOutcome = Map.groupBy(parts, ({ outcome }) => outcome!);
	const bad = [...byOutcome].find(([outcome]) => OUTCOME_ROLES[outcome] === undefined);
	const took = Math.max(...parts.map(({ tookMs }) => tookMs ?? -1));
	const tookWords = took < 0 ? '' : `, ${tookText(took)}`;
	if (bad === undefined && parts.some(isRecordedOnly)) return dim('recorded');
	if (bad === undefined) return dim(`${byOutcome.has('done') ? 'done' : 'unchanged'}${tookWords}`);
	const [outcome, some] = bad;
	const many = some.length < parts.length ? `${some.length} of ${parts.length} ` : '';
	return span('error', `${many}${outcome}${tookWords}`);
}

function changeRow(change: WholeChange, { state, glyphs }: Model, width: number): Row {
	const { latest, parts } = change;
	const who = latest.who === state.who ? 'you' : latest.who;
	const { what, where } = changeWords(change, glyphs.arrow);
	const reason = parts.find((part) => part.reason !== undefined && !isRecordedOnly(part))?.reason;
	const inColumn = (text: string, cells: number) => padEnd(shorten(text, cells, glyphs.ellipsis), cells);
	const row: Row = [
		dim(` ${clockText(Date.parse(latest.at))}  `),
		plain(inColumn(what, 26)),
		plain(` ${inColumn(where, 10)} `),
		dim(`${inColumn(who, 14)} `),
		outcomeSpan(change),
		dim(reason === undefined ? '' : `  ${reason}`),
	];
	return fit(row, width, glyphs.ellipsis);
}

/** The latest changes by anybody, newest first, in at most `height` rows. */
export function changesRows(model: Model, width: number, height: number): Row[] {
	const changes = latestChanges(model.state).slice(0, Math.max(0, height - 1));
	if (changes.length === 0) return [];
	const rule = ruleRow([bold('Changes')], canUndo(model) ? dim('u undo') : null, width, model.glyphs);
	return [rule, ...changes.map((change) => changeRow(change, model, width))];
}
