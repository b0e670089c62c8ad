import { problemsOf } from '../../store/problems.ts';
import type { Model } from '../model.ts';
import type { Page, UiState } from '../ui.ts';
import { activityLine } from './activity-row.ts';
import { crashRows } from './crash-page.ts';
import { deckRows } from './deck.ts';
import { footerRow } from './footer.ts';
import { attentionRow, headerRow } from './header.ts';
import { logPageRows } from './log-pane.ts';
import { outcomeRows } from './outcomes-page.ts';
import { outputRows } from './output-page.ts';
import type { Row } from './row.ts';
import { blankRow } from './rule.ts';
import { sheetHeight, sheetRows } from './sheets.ts';
import { isTooSmall, tooSmallRows } from './too-small.ts';

type PageRows = (model: Model, ui: UiState, width: number, height: number) => Row[];

const PAGES: Readonly<Record<Exclude<Page, 'deck'>, PageRows>> = {
	logs: logPageRows,
	crash: crashRows,
	output: outputRows,
	outcomes: outcomeRows,
};

function pageRows(page: PageRows, model: Model, ui: UiState, width: number, height: number): Row[] {
	const room = ui.sheet === null ? 0 : Math.min(height - 6, sheetHeight(ui.sheet, model, ui, width));
	const rows = page(model, ui, width, height - room);
	return ui.sheet === null ? rows : [...rows, ...sheetRows(ui.sheet, model, ui, width, room)];
}

/** The whole screen: exactly `height` rows of exactly `width` cells. Pure: the same input gives the same screen. */
export function frame(model: Model, ui: UiState, width: number, height: number): readonly Row[] {
	if (isTooSmall(width, height)) return tooSmallRows(width, height, model.glyphs.ellipsis);
	const problems = problemsOf(model.state);
	const header = headerRow(model, problems, width);
	const lowest = [activityLine(model, ui, width), footerRow(model, ui, width)];
	if (ui.page !== 'deck') {
		return [header, ...pageRows(PAGES[ui.page], model, ui, width, height - 3), ...lowest];
	}
	const air = height >= 30 ? [blankRow(width)] : [];
	const room = height - 4 - air.length;
	return [
		header,
		attentionRow(model, problems, ui.problem, width),
		...air,
		...deckRows(model, problems, ui, width, room),
		...lowest,
	];
}
