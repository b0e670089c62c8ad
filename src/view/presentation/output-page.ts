import { exitText } from '../../model/exit-text.ts';
import type { OutputView } from '../../store/command-output.ts';
import { topLine } from '../actions/output-page.ts';
import { logLineText, matcher, patternOf } from '../log-text.ts';
import type { Model } from '../model.ts';
import type { UiState } from '../ui.ts';
import { bold, dim, fit, plain, type Row, type Span, span, spread } from './row.ts';
import { ruleRow } from './rule.ts';
import { marked, skip } from './spans.ts';
import { nearStart } from './wrap.ts';

function exitSpan({ exit }: OutputView): Span {
	if (exit === null) return span('accent', 'running');
	const text = exitText(exit);
	return exit.code === 0 ? dim(text) : bold(text, 'error');
}

function positionText({ lines, dropped }: OutputView, top: number, shown: number): string {
	const count = (lines.length + dropped).toLocaleString('en');
	if (lines.length === 0) return '0 lines';
	return `${(top + dropped + 1).toLocaleString('en')}-${(top + dropped + shown).toLocaleString('en')} of ${count}`;
}

function matchesText({ lines }: OutputView, search: string): string {
	const found = matcher(search);
	const count = found === null ? 0 : lines.filter((line) => found(logLineText(line))).length;
	return count === 1 ? '1 line' : `${count === 0 ? 'no' : count.toLocaleString('en')} lines`;
}

function lowestRow(view: OutputView, ui: UiState, below: number, width: number, ellipsis: string): Row {
	const { search, left, follow } = ui.output;
	const found: Row = search === '' ? [] : [bold(` /${search}`), dim(`  ${matchesText(view, search)}`)];
	const column = left > 0 ? `from column ${left + 1}   ` : '';
	const more =
		follow && view.exit === null ? 'follows' : below > 0 ? `${below.toLocaleString('en')} below` : 'end';
	return spread(found, [dim(`${column}${more} `)], width, ellipsis);
}

function lineRow(line: string, search: RegExp | null, left: number, width: number, ellipsis: string): Row {
	const text = nearStart(marked(plain(logLineText(line)), search), left + width);
	return fit([plain(' '), ...(left > 0 ? skip(text, left) : text)], width, ellipsis);
}

/** What a verb wrote, between the header and the two lowest rows. */
export function outputRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const view = model.output ?? { line: '', lines: [], dropped: 0, exit: null };
	const { ellipsis } = model.glyphs;
	const room = Math.max(1, height - 2);
	const top = topLine(ui.output, view.lines.length, room);
	const shown = view.lines.slice(top, top + room);
	const search = patternOf(ui.output.search);
	const rows = shown.map((line) => lineRow(line, search, ui.output.left, width, ellipsis));
	while (rows.length < room) rows.push([plain(' '.repeat(width))]);
	const title = [bold(view.line), exitSpan(view)];
	const below = view.lines.length - top - shown.length;
	return [
		ruleRow(title, dim(positionText(view, top, shown.length)), width, model.glyphs),
		...rows,
		lowestRow(view, ui, below, width, ellipsis),
	];
}
