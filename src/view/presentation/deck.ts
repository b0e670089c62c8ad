import type { ServerEntry } from '../../store/console-store.ts';
import type { Problem } from '../../store/problem.ts';
import { deckWidth, showsList, WIDE } from '../arrangement.ts';
import type { Model } from '../model.ts';
import { visibleTypes } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { instanceRows, instancesHeight } from './instances.ts';
import { logPaneRows } from './log-pane.ts';
import { matrixHeight, matrixRows } from './matrix.ts';
import { columnsOf } from './matrix-columns.ts';
import { plain, type Row, span } from './row.ts';
import { blankRow } from './rule.ts';
import { LEAST_LIST, listedInSight, serverListHeight, serverListRows } from './server-list.ts';
import { leastSheetHeight, sheetHeight, sheetRows } from './sheets.ts';
import { changesRows, loadRows, wrongHeight, wrongRows } from './wide.ts';

const FEWEST = 3;
const COMFORTABLE_LOG = 6;
/** What of the height a list of many servers has at most, above instances and log. */
const LIST_SHARE = 0.53;

/** Heights of the three panes, rules and blank lines included. */
interface Heights {
	readonly top: number;
	readonly middle: number;
	readonly log: number;
	/** Whether the panes are a blank line apart. */
	readonly gaps: boolean;
}

/** Servers and types: a matrix of all of them, or a list that scrolls. */
interface Top {
	readonly isList: boolean;
	/** Rows that it takes when nothing is scrolled. */
	readonly height: number;
	/** Rows that it keeps when space is short. */
	readonly least: number;
}

function topOf(model: Model, ui: UiState, width: number): Top {
	if (!showsList(model, ui, width))
		return { isList: false, height: matrixHeight(model, ui), least: 2 + FEWEST };
	return { isList: true, height: serverListHeight(model, ui), least: LEAST_LIST };
}

function topRows(top: Top, model: Model, ui: UiState, width: number, height: number): Row[] {
	const rows = (top.isList ? serverListRows : matrixRows)(model, ui, width, height);
	return filled(rows, width, height);
}

/** Shares `height` rows: what is too much is taken from blank lines, then logs, then the middle, then the matrix. */
function shareHeight(
	height: number,
	top: Top,
	middle: number,
	least: { readonly middle: number; readonly log: number },
): Heights {
	const wanted = top.isList
		? Math.min(top.height, Math.max(top.least, Math.round(height * LIST_SHARE)))
		: top.height;
	const gaps = !top.isList && height - wanted - middle - 2 >= 1 + COMFORTABLE_LOG;
	const room = height - (gaps ? 2 : 0);
	const leastLog = Math.min(least.log, Math.max(0, room - 2));
	let topRoom = wanted;
	let middleRoom = middle;
	const missing = () => topRoom + middleRoom + leastLog - room;
	if (missing() > 0) middleRoom = Math.max(Math.min(middle, least.middle), middleRoom - missing());
	if (missing() > 0) topRoom = Math.max(Math.min(wanted, top.least), topRoom - missing());
	if (missing() > 0) middleRoom = Math.max(1, middleRoom - missing());
	return { top: topRoom, middle: middleRoom, log: room - topRoom - middleRoom, gaps };
}

function gap(width: number, wanted: boolean): Row[] {
	return wanted ? [blankRow(width)] : [];
}

function middleHeight(model: Model, ui: UiState, width: number): number {
	return ui.sheet === null ? instancesHeight(model, ui, width) : sheetHeight(ui.sheet, model, ui, width);
}

function middleRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	return ui.sheet === null
		? instanceRows(model, ui, width, height)
		: sheetRows(ui.sheet, model, ui, width, height);
}

/** What the middle and the log keep when space is short: the buttons of a sheet have to be seen. */
function leastHeights({ sheet }: UiState, model: Model, width: number): { middle: number; log: number } {
	if (sheet === null) return { middle: 1 + FEWEST, log: 1 + FEWEST };
	if (sheet.kind === 'help') return { middle: 1 + FEWEST, log: 0 };
	return { middle: leastSheetHeight(sheet, model, width), log: 0 };
}

function filled(rows: readonly Row[], width: number, height: number): Row[] {
	const shown = rows.slice(0, height);
	return [...shown, ...Array.from({ length: height - shown.length }, () => blankRow(width))];
}

function stackedHeights(top: Top, model: Model, ui: UiState, width: number, height: number): Heights {
	return shareHeight(height, top, middleHeight(model, ui, width), leastHeights(ui, model, width));
}

function stackedRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const top = topOf(model, ui, width);
	const share = stackedHeights(top, model, ui, width, height);
	const rows = [
		...topRows(top, model, ui, width, share.top),
		...gap(width, share.gaps),
		...filled(middleRows(model, ui, width, share.middle), width, share.middle),
		...gap(width, share.gaps),
		...(share.log > 1 ? logPaneRows(model, ui, width, share.log) : []),
	];
	return filled(rows, width, height);
}

/** What else there is to know, as far as `height` rows go: what is wrong last of all gives way. */
function besideRows(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	const rows = wrongRows(model, problems, ui.problem, width, height);
	let left = height - rows.length - (rows.length > 0 ? 1 : 0);
	const loadHeight = 1 + model.state.servers.length;
	if (loadHeight <= left) {
		if (rows.length > 0) rows.push(blankRow(width));
		rows.push(...loadRows(model, width));
		left -= loadHeight + 1;
	}
	const changes = changesRows(model, width, left);
	if (changes.length > 1) rows.push(blankRow(width), ...changes);
	return rows;
}

/** Rows of the servers and of what is in the middle, beside the log. */
function leftHeights(
	top: Top,
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): { readonly top: number; readonly middle: number } {
	const middle = middleHeight(model, ui, width);
	// In the list what is wrong comes first anyway: all of it in sight is worth more than the rest.
	if (top.isList && ui.sheet === null && ui.pane === 'formation' && top.height + 1 <= height) {
		return { top: top.height, middle: Math.min(middle, Math.max(1, height - top.height - 2)) };
	}
	const wrong = Math.min(wrongHeight(problems), Math.floor(height / 3));
	const room = height - (wrong > 0 ? wrong + 1 : 0);
	const least = ui.sheet === null ? FEWEST : leastHeights(ui, model, width).middle;
	const topRoom = Math.min(top.height, Math.max(top.least, room - 2 - least));
	return { top: topRoom, middle: Math.min(middle, Math.max(1 + least, room - topRoom - 1)) };
}

function leftRows(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	const top = topOf(model, ui, width);
	const heights = leftHeights(top, model, problems, ui, width, height);
	const beside = height - heights.top - heights.middle - 2;
	const gaps = gap(width, beside >= 0);
	const rows = [
		...topRows(top, model, ui, width, heights.top),
		...gaps,
		...filled(middleRows(model, ui, width, heights.middle), width, heights.middle),
		...gaps,
		...besideRows(model, problems, ui, width, beside),
	];
	return filled(rows, width, height);
}

function wideRows(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	const leftWidth = deckWidth(model, width);
	const left = leftRows(model, problems, ui, leftWidth, height);
	const right = logPaneRows(model, ui, width - leftWidth - 1, height);
	const divider = span('rule', model.glyphs.divider);
	return left.map((row, position) => [
		...row,
		divider,
		...(right[position] ?? [plain(' '.repeat(width - leftWidth - 1))]),
	]);
}

/** The servers of the matrix, or of the part of the list, that the deck shows. */
export function deckServers(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): readonly ServerEntry[] {
	const ownWidth = deckWidth(model, width);
	const top = topOf(model, ui, ownWidth);
	if (!top.isList) return columnsOf(model, ui, visibleTypes(model, ui), ownWidth).servers;
	const heights =
		width >= WIDE
			? leftHeights(top, model, problems, ui, ownWidth, height)
			: stackedHeights(top, model, ui, width, height);
	return listedInSight(model, ui, heights.top);
}

/** The deck between attention line and activity line. */
export function deckRows(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	return width >= WIDE ? wideRows(model, problems, ui, width, height) : stackedRows(model, ui, width, height);
}
