import { bindingsAt, placeOf } from '../dispatch.ts';
import type { Binding, Place } from '../keymap/binding.ts';
import type { Model } from '../model.ts';
import type { Sheet, UiState } from '../ui.ts';
import { bold, dim, padEnd, plain, type Row, type Span, shorten, span } from './row.ts';
import { ruleRow } from './rule.ts';

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
	['Adding a server', 'add'],
	['What became of a change', 'outcomes'],
	['The load balancer', 'balancer'],
	['Its instances on a server', 'backends'],
];

function helpBody(all: boolean, model: Model, ui: UiState, width: number): Row[] {
	const columns = (place: Place) => helpColumns(helpLines(place, model), width, model.glyphs.ellipsis);
	const lines = all
		? SECTIONS.flatMap(([title, place]): Row[] => [[dim(`   ${title}`)], ...columns(place), []])
		: [...columns(placeBelow(ui)), []];
	return [...lines, ...legendRows(model)];
}

/** The keys of a place, or of all places, and what the signs mean. */
export function helpRows(
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
