import type { ServerEntry } from '../../store/console-store.ts';
import { cellOf, countsOn, isReachable, typeNames } from '../../store/selectors.ts';
import { totals } from '../../store/trend.ts';
import type { Model } from '../model.ts';
import { isOnAll, selectedServer, selectedType, visibleServers, visibleTypes } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { cellLook } from './cell.ts';
import { bytesText, percentText } from './format.ts';
import { columnsOf, type MatrixColumns, MORE_WIDTH, TOTAL_WIDTH } from './matrix-columns.ts';
import { bold, dim, fit, padEnd, plain, type Row, type Span, shorten, span, widthOf } from './row.ts';
import { nameMark, releaseRemark, serverCondition, serverGlyph, servingText } from './server-facts.ts';
import { shownPart } from './shown-part.ts';

type Focus = 'pane' | 'kept' | null;

function serverFacts(server: ServerEntry, model: Model): Row {
	const condition = serverCondition(server, model);
	if (condition !== null) return condition;

	const { cpu, memory } = totals(server.stats);
	const serving = servingText(server);
	return [
		plain(serving.padEnd(serving === '' ? 0 : 4)),
		releaseRemark(server, model) ?? dim(`${percentText(cpu).padStart(4)}  ${bytesText(memory).padStart(5)}`),
	];
}

/** A span list in exactly `width` cells. */
function column(spans: Row, width: number, { glyphs }: Model): Row {
	return fit(spans, width, glyphs.ellipsis);
}

/** What is typed to filter, and below it how much is out of sight: types scrolled away, types and servers filtered out. */
function corner(model: Model, ui: UiState, types: readonly string[], shown: readonly string[]): [Row, Row] {
	const first = types.indexOf(shown[0] ?? '') + 1;
	const part = `${first}-${first + shown.length - 1} of ${types.length}`;
	const scrolled = shown.length < types.length ? [part] : [];
	if (ui.filter === '') return [[], [dim(` ${scrolled.join()}`)]];
	const hidden =
		typeNames(model.state).length -
		types.length +
		(model.state.servers.length - visibleServers(model, ui).length);
	return [[span('accent', ` /${ui.filter}`)], [dim(` ${[...scrolled, `${hidden} hidden`].join(', ')}`)]];
}

/** `‹ 3` where so many servers are to the left, in the corner's last cells. */
function withBefore(row: Row, { before }: MatrixColumns, width: number, { glyphs }: Model): Row {
	if (before === 0) return fit(row, width, glyphs.ellipsis);
	const mark = `${glyphs.before} ${before}`;
	return [...fit(row, width - widthOf(mark), glyphs.ellipsis), span('accent', mark)];
}

function moreText({ after }: MatrixColumns, { glyphs }: Model): Span {
	return span('accent', padEnd(after === 0 ? '' : ` ${after} ${glyphs.after}`, MORE_WIDTH));
}

function headRows(
	model: Model,
	ui: UiState,
	columns: MatrixColumns,
	focused: boolean,
	[filter, count]: [Row, Row],
): Row[] {
	const { width } = columns;
	const selected = selectedServer(model, ui)?.name;
	const names: Span[] = [...withBefore(filter, columns, columns.nameWidth, model)];
	const facts: Span[] = [...column(count, columns.nameWidth, model)];
	for (const server of columns.servers) {
		const name = isReachable(server) ? plain(server.name) : dim(server.name);
		const title = server.name === selected && focused ? bold(server.name) : name;
		names.push(
			...column(
				[plain(' '), serverGlyph(server, model), plain(' '), title, nameMark(server)],
				width - 1,
				model,
			),
			plain(' '),
		);
		facts.push(...column([plain(' '), ...serverFacts(server, model)], width, model));
	}
	if (columns.isPart) names.push(moreText(columns, model));
	if (columns.total) {
		const title = padEnd('  all', TOTAL_WIDTH);
		names.push(isOnAll(model, ui) && focused ? bold(title) : dim(title));
	}
	if (columns.command > 0) names.push(dim('command'));
	return [names, facts];
}

function inFocus(text: string, role: Span['role'], focus: Focus): Span {
	return { text, role, ...(focus === 'pane' ? { focus: true, bold: true } : {}) };
}

function cellSpans(model: Model, server: ServerEntry, type: string, focus: Focus, width: number): Row {
	const cell = cellOf(model.state, server, type);
	const { glyph, role, running, rest, asWanted } = cellLook(cell, model.glyphs, model.state.now);
	const body = [
		inFocus(glyph, role, focus),
		inFocus(running, role, focus),
		inFocus(rest, asWanted && focus !== 'pane' ? 'dim' : role, focus),
	];
	const blanks = Math.max(0, 8 - widthOf(glyph + running + rest));
	body.push(inFocus(' '.repeat(blanks), 'plain', focus));
	const edge = (text: string) => inFocus(focus === null ? ' ' : text, 'plain', focus);
	return column([edge('>'), ...body, edge('<')], width, model);
}

/** The count of a type on all servers that are shown. */
function totalSpans(model: Model, ui: UiState, type: string, focus: Focus): Row {
	const { running, wanted } = countsOn(model.state, visibleServers(model, ui), type);
	const text = `${running}/${wanted}`;
	if (focus === null) return [dim(padEnd(`  ${text}`, TOTAL_WIDTH))];
	return column([plain(' '), inFocus(`>${text}<`, 'plain', focus)], TOTAL_WIDTH, model);
}

function typeRow(model: Model, ui: UiState, columns: MatrixColumns, type: string, hasPane: boolean): Row {
	const onRow = type === selectedType(model, ui);
	const selected = selectedServer(model, ui)?.name;
	const focusOf = (isHere: boolean): Focus => (onRow && isHere ? (hasPane ? 'pane' : 'kept') : null);
	const orphan = model.state.servers.some(({ observation }) =>
		observation?.types.some((entry) => entry.type === type && entry.orphan),
	);
	const { ellipsis } = model.glyphs;
	const label = padEnd(`${shorten(type, columns.nameWidth - 3, ellipsis)}`, columns.nameWidth - 1);
	const name: Span = orphan ? span('warn', label) : onRow ? bold(label) : plain(label);
	const row: Span[] = [plain(onRow ? '>' : ' '), name];
	for (const server of columns.servers) {
		row.push(...cellSpans(model, server, type, focusOf(server.name === selected), columns.width));
	}
	if (columns.isPart) row.push(plain(' '.repeat(MORE_WIDTH)));
	if (columns.total) row.push(...totalSpans(model, ui, type, focusOf(isOnAll(model, ui))));
	if (columns.command > 0) row.push(...commandSpans(model, type, orphan, columns.command));
	return row;
}

/** The command that a type runs, as any server knows it, with its variables filled in. */
export function commandOf({ state }: Model, type: string): string {
	for (const { observation } of state.servers) {
		const known = observation?.types.find((entry) => entry.type === type);
		if (known !== undefined) return state.showCommand(type, known.command);
	}
	const written = state.stack.processTypes.find(({ name }) => name === type)?.command ?? '';
	return state.showCommand(type, written);
}

function commandSpans(model: Model, type: string, orphan: boolean, width: number): Row {
	const command = shorten(commandOf(model, type), width, model.glyphs.ellipsis);
	return [orphan ? span('warn', 'not in the Procfile') : dim(command)];
}

/** Why there is no process type to be seen. */
export function emptyText({ state }: Model, { filter }: UiState): string {
	if (filter === '') return 'the Procfile has no process types';
	return `no process type${state.servers.length > 1 ? ' or server' : ''} has ${filter}`;
}

/** Servers across, process types down, at most `height` rows; a server's facts are the heads of its column. */
export function matrixRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const types = visibleTypes(model, ui);
	const columns = columnsOf(model, ui, types, width);
	const hasPane = ui.page === 'deck' && ui.pane === 'formation';
	const selected = types.indexOf(selectedType(model, ui) ?? '');
	const shown = shownPart(types, selected, Math.max(1, height - 2));
	const rows = [
		...headRows(model, ui, columns, hasPane, corner(model, ui, types, shown)),
		...shown.map((type) => typeRow(model, ui, columns, type, hasPane)),
	];
	if (types.length === 0) rows.push([dim(` ${emptyText(model, ui)}`)]);
	return rows.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
}

/** Rows that the matrix takes when nothing is scrolled. */
export function matrixHeight(model: Model, ui: UiState): number {
	return 2 + Math.max(1, visibleTypes(model, ui).length);
}
