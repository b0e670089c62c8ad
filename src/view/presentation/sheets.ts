import { bindingsAt, placeOf } from '../dispatch.ts';
import type { Binding, Place } from '../keymap/binding.ts';
import type { Model } from '../model.ts';
import { planFor } from '../plans.ts';
import type { Plan, Sheet, UiState } from '../ui.ts';
import { bold, dim, fit, padEnd, plain, type Row, type Span, shorten, span, widthOf } from './row.ts';
import { blankRow, ruleRow } from './rule.ts';

function planRows(shown: Plan, focused: 'cancel' | 'run', model: Model, width: number): Row[] {
	// What runs goes on changing while the plan is looked at.
	const plan = planFor(model.state, shown.intent) ?? shown;
	const longest = Math.max(12, ...plan.effects.map(({ what }) => widthOf(what))) + 2;
	const whatWidth = Math.min(longest, Math.max(14, width - 38));
	const effects = plan.effects.map(({ what, effect, pids }): Row => {
		const touched = effect !== 'unchanged';
		const text = `   ${padEnd(shorten(what, whatWidth - 2, model.glyphs.ellipsis), whatWidth)}`;
		return [
			touched ? plain(text) : dim(text),
			span(touched ? 'accent' : 'dim', padEnd(effect, 16)),
			dim(pids),
		];
	});
	const button = (text: string, has: boolean): Span => ({
		text: has ? `> ${text} <` : `  ${text}  `,
		role: 'plain',
		bold: has,
		focus: has,
	});
	return [
		ruleRow([bold(plan.title, 'accent')], bold(model.state.stack.environment), width, model.glyphs, 'accent'),
		[],
		[bold(`   ${plan.sentence}`)],
		[],
		...effects,
		[],
		[dim('   same as   '), plain(plan.command)],
		[],
		[
			plain('   '),
			button('Cancel', focused === 'cancel'),
			plain('   '),
			bold('y '),
			button(plan.button, focused === 'run'),
		],
	];
}

function moveRows(sheet: Extract<Sheet, { kind: 'move' }>, model: Model, width: number): Row[] {
	const targets = sheet.targets.map((name, position): Row => {
		const chosen = position === sheet.chosen;
		return [
			plain('   '),
			{ text: chosen ? `> ${name} <` : `  ${name}  `, role: 'plain', bold: chosen, focus: chosen },
		];
	});
	const to = sheet.targets[sheet.chosen] ?? '';
	return [
		ruleRow([bold(`Move ${sheet.type} from ${sheet.from}`, 'accent')], null, width, model.glyphs, 'accent'),
		[],
		[bold(`   They start there, and once they are up as many stop on ${sheet.from}.`)],
		[],
		...targets,
		[],
		[dim('   same as   '), plain(`procdeck move ${sheet.type} --from ${sheet.from} --to ${to}`)],
	];
}

type HelpLine = NonNullable<Binding['help']>;

/** The lines of the help of one place, without those whose keys an earlier line speaks for. */
function helpLines(place: Place, { state }: Model): HelpLine[] {
	const lines = bindingsAt(place, state.readOnly).flatMap(({ help }) => (help === null ? [] : [help]));
	const spoken = new Set<string>();
	return lines.filter(([keys]) => {
		const isNew = keys.split(' ').some((key) => !spoken.has(key));
		for (const key of keys.split(' ')) spoken.add(key);
		return isNew;
	});
}

function helpColumns(entries: readonly HelpLine[], width: number, ellipsis: string): Row[] {
	const columns = width >= 76 ? 2 : 1;
	const columnWidth = Math.floor((width - 3) / columns);
	const labelWidth = 13;
	const lines = Math.ceil(entries.length / columns);
	return Array.from({ length: lines }, (_, line): Row => {
		const row: Span[] = [plain('   ')];
		for (let column = 0; column < columns; column += 1) {
			const entry = entries[column * lines + line];
			if (entry === undefined) continue;
			const [keys, words] = entry;
			row.push(bold(padEnd(keys, labelWidth)));
			row.push(
				plain(padEnd(shorten(words, columnWidth - labelWidth - 1, ellipsis), columnWidth - labelWidth)),
			);
		}
		return row;
	});
}

function legendRows({ glyphs }: Model): Row[] {
	return [
		[
			plain(`   ${glyphs.running} running  `),
			span('accent', glyphs.changing),
			plain(' changing  '),
			span('warn', glyphs.backoff),
			plain(' back-off  '),
			span('error', glyphs.failed),
			plain(` failed  ${glyphs.unreachable} last seen  ${glyphs.paused} held  ${glyphs.none} none`),
		],
		[
			plain('   3/4 '),
			dim('running/wanted   '),
			span('accent', `3${glyphs.arrow}4`),
			dim(' changing   '),
			plain('2/2? '),
			dim('last known   '),
			plain('0 (2) '),
			dim('paused, was 2'),
		],
	];
}

/** Where the help was opened: the sheet itself is no place to explain. */
function placeBelow(ui: UiState): Place {
	return placeOf({ ...ui, sheet: null });
}

const SECTIONS: readonly (readonly [title: string, place: Place])[] = [
	['Formation and instances', 'formation'],
	['Logs', 'logs'],
	['What a command wrote', 'output'],
	['A plan', 'plan'],
	['Moving', 'move'],
];

function helpBody(all: boolean, model: Model, ui: UiState, width: number): Row[] {
	const columns = (place: Place) => helpColumns(helpLines(place, model), width, model.glyphs.ellipsis);
	const lines = all
		? SECTIONS.flatMap(([title, place]): Row[] => [[dim(`   ${title}`)], ...columns(place), []])
		: [...columns(placeBelow(ui)), []];
	return [...lines, ...legendRows(model)];
}

function helpRows(
	sheet: Extract<Sheet, { kind: 'help' }>,
	model: Model,
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	const body = helpBody(sheet.all, model, ui, width);
	const room = Math.max(1, height - 1);
	const top = Math.min(sheet.top, Math.max(0, body.length - room));
	const place = `${top + 1}-${Math.min(body.length, top + room)} of ${body.length}  j more`;
	const right = body.length > room ? place : sheet.all ? 'Esc closes' : 'all keys: ? again';
	const title = bold(sheet.all ? 'All keys' : 'Help for this pane', 'accent');
	return [ruleRow([title], dim(right), width, model.glyphs, 'accent'), ...body.slice(top, top + room)];
}

/** The open sheet in exactly `height` rows. */
export function sheetRows(sheet: Sheet, model: Model, ui: UiState, width: number, height: number): Row[] {
	const rows =
		sheet.kind === 'plan'
			? planRows(sheet.plan, sheet.focused, model, width)
			: sheet.kind === 'move'
				? moveRows(sheet, model, width)
				: helpRows(sheet, model, ui, width, height);
	// Where rows are few the blank ones go first: the buttons have to be seen.
	const compact = rows.length > height ? rows.filter((row) => row.length > 0) : rows;
	const shown = compact.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
	while (shown.length < height) shown.push(blankRow(width));
	return shown;
}

/** Rows without which a plan or a move cannot be judged: all but the blank ones. */
export function leastSheetHeight(
	sheet: Exclude<Sheet, { kind: 'help' }>,
	model: Model,
	width: number,
): number {
	const rows =
		sheet.kind === 'plan' ? planRows(sheet.plan, sheet.focused, model, width) : moveRows(sheet, model, width);
	return rows.filter((row) => row.length > 0).length;
}

/** Rows that the sheet takes when there is room. */
export function sheetHeight(sheet: Sheet, model: Model, ui: UiState, width: number): number {
	if (sheet.kind === 'plan') return planRows(sheet.plan, sheet.focused, model, width).length;
	if (sheet.kind === 'move') return moveRows(sheet, model, width).length;
	return helpRows({ ...sheet, top: 0 }, model, ui, width, Number.POSITIVE_INFINITY).length;
}
