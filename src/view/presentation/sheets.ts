import type { Model } from '../model.ts';
import type { Sheet, UiState } from '../ui.ts';
import { addRows } from './add-sheet.ts';
import { helpRows } from './help-sheet.ts';
import { moveRows } from './move-sheet.ts';
import { planRows } from './plan-sheet.ts';
import { questionRows } from './question-sheet.ts';
import { fit, type Row } from './row.ts';
import { blankRow } from './rule.ts';

/** Sheets that want something of the user; help is cut where there is no room. */
type AskingSheet = Exclude<Sheet, { kind: 'help' }>;

function askingRows(sheet: AskingSheet, model: Model, width: number): Row[] {
	switch (sheet.kind) {
		case 'plan':
			return planRows(sheet.plan, sheet.focused, model, width);
		case 'move':
			return moveRows(sheet, model, width);
		case 'add':
			return addRows(sheet, model, width);
		case 'question':
			return questionRows(sheet, model, width);
	}
}

/** The open sheet in exactly `height` rows. */
export function sheetRows(sheet: Sheet, model: Model, ui: UiState, width: number, height: number): Row[] {
	const rows =
		sheet.kind === 'help' ? helpRows(sheet, model, ui, width, height) : askingRows(sheet, model, width);
	// Where rows are few the blank ones go first: the buttons have to be seen.
	const compact = rows.length > height ? rows.filter((row) => row.length > 0) : rows;
	const shown = compact.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
	while (shown.length < height) shown.push(blankRow(width));
	return shown;
}

/** Rows without which what is asked cannot be judged: all but the blank ones. */
export function leastSheetHeight(sheet: AskingSheet, model: Model, width: number): number {
	return askingRows(sheet, model, width).filter((row) => row.length > 0).length;
}

/** Rows that the sheet takes when there is room. */
export function sheetHeight(sheet: Sheet, model: Model, ui: UiState, width: number): number {
	if (sheet.kind !== 'help') return askingRows(sheet, model, width).length;
	return helpRows({ ...sheet, top: 0 }, model, ui, width, Number.POSITIVE_INFINITY).length;
}
