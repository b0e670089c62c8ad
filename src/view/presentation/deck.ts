import type { Problem } from '../../store/problems.ts';
import type { Model } from '../model.ts';
import type { UiState } from '../ui.ts';
import { instanceRows, instancesHeight } from './instances.ts';
import { logPaneRows } from './log-pane.ts';
import { matrixHeight, matrixRows } from './matrix.ts';
import { plain, type Row, span } from './row.ts';
import { blankRow } from './rule.ts';
import { leastSheetHeight, sheetHeight, sheetRows } from './sheets.ts';
import { changesRows, loadRows, wrongRows } from './wide.ts';

const FEWEST = 3;
const COMFORTABLE_LOG = 6;
const WIDE = 160;

/** Heights of the three panes, rules and blank lines included. */
interface Heights {
	readonly matrix: number;
	readonly middle: number;
	readonly log: number;
	/** Whether the panes are a blank line apart. */
	readonly gaps: boolean;
}

/** Shares `height` rows: what is too much is taken from blank lines, then logs, then the middle, then the matrix. */
function shareHeight(
	height: number,
	matrix: number,
	middle: number,
	least: { readonly middle: number; readonly log: number },
): Heights {
	const gaps = height - matrix - middle - 2 >= 1 + COMFORTABLE_LOG;
	const room = height - (gaps ? 2 : 0);
	const leastLog = Math.min(least.log, Math.max(0, room - 2));
	let matrixRoom = matrix;
	let middleRoom = middle;
	const missing = () => matrixRoom + middleRoom + leastLog - room;
	if (missing() > 0) middleRoom = Math.max(Math.min(middle, least.middle), middleRoom - missing());
	if (missing() > 0) matrixRoom = Math.max(Math.min(matrix, 2 + FEWEST), matrixRoom - missing());
	if (missing() > 0) middleRoom = Math.max(1, middleRoom - missing());
	return { matrix: matrixRoom, middle: middleRoom, log: room - matrixRoom - middleRoom, gaps };
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
	if (sheet.kind === 'help') return { middle: 1 + FEWEST, log: sheet.all ? 0 : FEWEST };
	return { middle: leastSheetHeight(sheet, model, width), log: 0 };
}

function filled(rows: readonly Row[], width: number, height: number): Row[] {
	const shown = rows.slice(0, height);
	return [...shown, ...Array.from({ length: height - shown.length }, () => blankRow(width))];
}

function stackedRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const share = shareHeight(
		height,
		matrixHeight(model, ui),
		middleHeight(model, ui, width),
		leastHeights(ui, model, width),
	);
	const rows = [
		...filled(matrixRows(model, ui, width, share.matrix), width, share.matrix),
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
	const wrong = wrongRows(model, problems, ui.problem, width).slice(0, height);
	let left = height - wrong.length - (wrong.length > 0 ? 1 : 0);
	const load = loadRows(model, width);
	const rows = [...wrong];
	if (load.length <= left) {
		if (rows.length > 0) rows.push(blankRow(width));
		rows.push(...load);
		left -= load.length + 1;
	}
	const changes = changesRows(model, width, left);
	if (changes.length > 1) rows.push(blankRow(width), ...changes);
	return rows;
}

function leftRows(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	const wrong = wrongRows(model, problems, ui.problem, width).length;
	const room = height - (wrong > 0 ? wrong + 1 : 0);
	const least = ui.sheet === null ? FEWEST : leastHeights(ui, model, width).middle;
	const matrix = Math.min(matrixHeight(model, ui), Math.max(2 + FEWEST, room - 2 - least));
	const middle = Math.min(middleHeight(model, ui, width), Math.max(1 + least, room - matrix - 1));
	const beside = besideRows(model, problems, ui, width, height - matrix - middle - 2);
	return filled(
		[
			...filled(matrixRows(model, ui, width, matrix), width, matrix),
			blankRow(width),
			...filled(middleRows(model, ui, width, middle), width, middle),
			blankRow(width),
			...beside,
		],
		width,
		height,
	);
}

function wideRows(
	model: Model,
	problems: readonly Problem[],
	ui: UiState,
	width: number,
	height: number,
): Row[] {
	const leftWidth = Math.min(120, Math.max(94, 22 + 16 * model.state.servers.length));
	const left = leftRows(model, problems, ui, leftWidth, height);
	const right = logPaneRows(model, ui, width - leftWidth - 1, height);
	const divider = span('rule', model.glyphs.divider);
	return left.map((row, position) => [
		...row,
		divider,
		...(right[position] ?? [plain(' '.repeat(width - leftWidth - 1))]),
	]);
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
