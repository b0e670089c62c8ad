import { problemsOf } from '../../store/problems.ts';
import type { Model } from '../model.ts';
import type { Page, UiState } from '../ui.ts';
import { activityLine } from './activity-row.ts';
import { balancerRows } from './balancer-page.ts';
import { crashRows } from './crash-page.ts';
import { deckRows, deckServers } from './deck.ts';
import { footerRow } from './footer.ts';
import { attentionRow, headerRow } from './header.ts';
import { logPageRows } from './log-pane.ts';
import { targetsInSight } from './move-sheet.ts';
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
	balancer: balancerRows,
	backends: balancerRows,
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
	return [
		header,
		attentionRow(model, problems, ui.problem, width),
		...Array.from({ length: airOf(height) }, () => blankRow(width)),
		...deckRows(model, problems, ui, width, deckHeight(height)),
		...lowest,
	];
}

/** Blank rows above the deck. */
function airOf(height: number): number {
	return height >= 30 ? 1 : 0;
}

function deckHeight(height: number): number {
	return height - 4 - airOf(height);
}

/** Names of the servers whose load the screen shows. */
export function serversInSight(model: Model, ui: UiState, width: number, height: number): readonly string[] {
	const inSheet = ui.sheet?.kind === 'move' ? targetsInSight(ui.sheet, model) : [];
	const onDeck =
		ui.page === 'deck' && !isTooSmall(width, height)
			? deckServers(model, problemsOf(model.state), ui, width, deckHeight(height))
			: [];
	return [...new Set([...onDeck, ...inSheet].map(({ name }) => name))];
}
