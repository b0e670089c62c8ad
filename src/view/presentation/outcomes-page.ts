import { latestOutcomes, type ServerOutcome, serverOutcomes } from '../../store/activity.ts';
import type { Model } from '../model.ts';
import type { UiState } from '../ui.ts';
import { countSpans, OUTCOME_WORDS } from './activity-row.ts';
import {
	bold,
	dim,
	fit,
	padEnd,
	plain,
	type Role,
	type Row,
	rowWidth,
	type Span,
	span,
	widthOf,
} from './row.ts';
import { ruleRow } from './rule.ts';
import { wrap } from './wrap.ts';

const OUTCOME_WIDTH = 14;
const COUNTS_WIDTH = 10;

function outcomeLook({ outcome }: ServerOutcome, { glyphs }: Model): { glyph: string; role: Role } {
	if (outcome === null) return { glyph: glyphs.changing, role: 'accent' };
	if (outcome === 'done') return { glyph: glyphs.running, role: 'plain' };
	if (outcome === 'unchanged') return { glyph: glyphs.none, role: 'dim' };
	if (outcome === 'unreachable') return { glyph: glyphs.unreachable, role: 'warn' };
	return { glyph: glyphs.failed, role: 'error' };
}

/** `3 → 4`, where the count was changed. */
function countsText({ rows }: ServerOutcome, arrow: string): string {
	const [row] = rows;
	if (rows.length !== 1 || row === undefined || row.from === row.to) return '';
	return typeof row.from === 'number' && typeof row.to === 'number' ? `${row.from} ${arrow} ${row.to}` : '';
}

function reasonText({ rows }: ServerOutcome): string {
	return [...new Set(rows.flatMap(({ reason }) => reason ?? []))].join('; ');
}

/** A server with what came of it; a reason that is longer than the row goes on below. */
function serverRows(each: ServerOutcome, model: Model, nameWidth: number, width: number): Row[] {
	const { glyph, role } = outcomeLook(each, model);
	const words = each.outcome === null ? 'under way' : OUTCOME_WORDS[each.outcome];
	const counts = countsText(each, model.glyphs.arrow);
	const head: Row = [
		plain('   '),
		span(role, glyph),
		plain(` ${padEnd(each.server, nameWidth)}  `),
		span(role, padEnd(words, OUTCOME_WIDTH)),
		plain(counts === '' ? '' : padEnd(counts, COUNTS_WIDTH)),
	];
	const indent = rowWidth(head);
	return wrap([dim(reasonText(each))], Math.max(20, width - indent)).map((row, line) => [
		...(line === 0 ? head : [plain(' '.repeat(indent))]),
		...row,
	]);
}

function allRows(outcomes: readonly ServerOutcome[], model: Model, width: number): Row[] {
	const nameWidth = Math.max(6, ...outcomes.map(({ server }) => widthOf(server)));
	return outcomes.flatMap((each) => serverRows(each, model, nameWidth, width));
}

/** Rows of what became of the last change, on a screen of this width. */
export function outcomeRowCount(model: Model, width: number): number {
	const activity = latestOutcomes(model.state);
	return activity === null ? 0 : allRows(serverOutcomes(activity), model, width).length;
}

/** What became of the last change on each server: what did not work first. */
export function outcomeRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const activity = latestOutcomes(model.state);
	if (activity === null) return [ruleRow([bold('no change yet')], null, width, model.glyphs)];
	const all = allRows(serverOutcomes(activity), model, width);
	const room = Math.max(1, height - 2);
	const top = Math.min(ui.outcomesTop, Math.max(0, all.length - room));
	const shown = all.slice(top, top + room);
	const action = activity.action.replace('→', model.glyphs.arrow);
	const title: Span[] = [bold(activity.subject), plain(action)];
	const position = dim(`${top + 1}-${top + shown.length} of ${all.length}`);
	const rows: Row[] = [
		ruleRow(title, position, width, model.glyphs),
		[plain('   '), ...countSpans(activity)],
		...shown,
	];
	while (rows.length < height) rows.push([]);
	return rows.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
}
