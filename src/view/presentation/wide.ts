import type { HistoryEntry } from '../../model/change.ts';
import type { Problem } from '../../store/problems.ts';
import { isWrong } from '../../store/problems.ts';
import type { Model } from '../model.ts';
import { canUndo, historyText } from './activity-row.ts';
import { averaged, barsText, bytesText, clockText, percentText, tookText } from './format.ts';
import { bold, dim, fit, padEnd, plain, type Role, type Row, type Span, span } from './row.ts';
import { ruleRow } from './rule.ts';

function problemLook({ kind }: Problem, { glyphs }: Model): Span {
	if (kind === 'failed' || kind === 'file') return span('error', glyphs.failed);
	if (kind === 'backoff') return span('warn', glyphs.backoff);
	if (kind === 'unreachable') return span('warn', glyphs.unreachable);
	return span('warn', glyphs.none);
}

/** Everything that is wrong, with what is known about each. */
export function wrongRows(
	model: Model,
	problems: readonly Problem[],
	position: number,
	width: number,
): Row[] {
	if (problems.length === 0) return [];
	const current = problems[position % problems.length];
	const rows = problems.flatMap((problem): Row[] => {
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
	return [rule, ...rows.map((row) => fit(row, width, model.glyphs.ellipsis))];
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

function changeRow(entry: HistoryEntry, { state, glyphs }: Model, width: number): Row {
	const who = entry.who === state.who ? 'you' : entry.who;
	const took = entry.tookMs === undefined ? '' : `, ${tookText(entry.tookMs)}`;
	const outcome = entry.outcome === null ? 'under way' : `${entry.outcome}${took}`;
	const role = entry.outcome === null ? 'accent' : (OUTCOME_ROLES[entry.outcome] ?? 'error');
	const row: Row = [
		dim(` ${clockText(Date.parse(entry.at))}  `),
		plain(padEnd(historyText(entry, glyphs.arrow), 26)),
		plain(` ${padEnd(entry.server, 10)} `),
		dim(`${padEnd(who, 14)} `),
		span(role, outcome),
		dim(entry.reason === undefined ? '' : `  ${entry.reason}`),
	];
	return fit(row, width, glyphs.ellipsis);
}

/** The latest changes by anybody, newest first, in at most `height` rows. */
export function changesRows(model: Model, width: number, height: number): Row[] {
	const entries = model.state.servers
		.flatMap(({ observation }) => observation?.history ?? [])
		.sort((a, b) => (a.at < b.at ? 1 : -1))
		.slice(0, Math.max(0, height - 1));
	if (entries.length === 0) return [];
	const rule = ruleRow([bold('Changes')], canUndo(model) ? dim('u undo') : null, width, model.glyphs);
	return [rule, ...entries.map((entry) => changeRow(entry, model, width))];
}
