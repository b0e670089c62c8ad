import type { ServerEntry } from '../../store/console-store.ts';
import { secondsSinceSeen } from '../../store/problems.ts';
import { cellOf, typeNames } from '../../store/selectors.ts';
import { totals } from '../../store/trend.ts';
import type { Model } from '../model.ts';
import { selectedServer, selectedType, visibleTypes } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { cellLook } from './cell.ts';
import { bytesText, percentText } from './format.ts';
import { bold, dim, fit, padEnd, plain, type Row, type Span, shorten, span, widthOf } from './row.ts';

const COLUMN = 17;
const TOTAL_WIDTH = 11;
const SHORTEST_COMMAND = 20;
const LONGEST_NAME = 43;

interface Columns {
	readonly nameWidth: number;
	readonly servers: readonly ServerEntry[];
	readonly total: boolean;
	readonly command: number;
}

/** The part of `items` that is shown in `room` places, with the selected one in it. */
export function shownPart<T>(items: readonly T[], selected: number, room: number): readonly T[] {
	const first = Math.max(0, Math.min(items.length - room, selected - Math.floor(room / 2)));
	return items.slice(first, first + room);
}

function columnsOf(model: Model, ui: UiState, types: readonly string[], width: number): Columns {
	const longest = Math.max(0, ...types.map(widthOf));
	const { servers } = model.state;
	// Names come before the command, but no server gives way to them.
	const spare = width - servers.length * COLUMN - (servers.length > 1 ? TOTAL_WIDTH : 0);
	const widest = Math.max(13, Math.floor(width / 3), Math.min(LONGEST_NAME, spare));
	const nameWidth = Math.min(Math.max(13, longest + 3), widest);
	const room = Math.max(1, Math.floor((width - nameWidth) / COLUMN));
	const selected = servers.findIndex(({ name }) => name === selectedServer(model, ui)?.name);
	const shown = shownPart(servers, selected, room);
	const used = nameWidth + shown.length * COLUMN;
	const total = servers.length > 1 && used + TOTAL_WIDTH <= width;
	const left = width - used - (total ? TOTAL_WIDTH : 0) - 1;
	return { nameWidth, servers: shown, total, command: left >= SHORTEST_COMMAND ? left : 0 };
}

function serverGlyph({ observation }: ServerEntry, { glyphs }: Model): Span {
	if (observation === null || observation.connection === 'connecting') return span('accent', glyphs.changing);
	if (observation.connection === 'unreachable') return span('warn', glyphs.unreachable);
	return observation.power === 'up' ? plain(glyphs.running) : dim(glyphs.none);
}

function serverFacts({ observation, stats, connectionReason }: ServerEntry, { state }: Model): Row {
	if (observation === null) {
		return [connectionReason === null ? span('accent', 'connecting') : span('warn', 'unreachable')];
	}
	if (observation.connection === 'connecting') return [span('accent', 'connecting')];
	if (observation.connection === 'unreachable') {
		return [span('warn', `seen ${secondsSinceSeen(observation, state.now)} s ago`)];
	}
	if (observation.power === 'down') return [dim('down')];
	if (observation.power === 'never') return [dim('not started')];
	const { cpu, memory } = totals(stats);
	const serving = observation.serving === null ? '' : observation.serving ? 'On' : 'Off';
	return [
		plain(serving.padEnd(serving === '' ? 0 : 4)),
		dim(`${percentText(cpu).padStart(4)}  ${bytesText(memory).padStart(5)}`),
	];
}

/** A span list in exactly `width` cells. */
function column(spans: Row, width: number, { glyphs }: Model): Row {
	return fit(spans, width, glyphs.ellipsis);
}

/** Which types are shown, above their names: the filter, and how many are out of sight. */
function typeFacts(
	model: Model,
	ui: UiState,
	types: readonly string[],
	shown: readonly string[],
): [Row, Row] {
	const first = types.indexOf(shown[0] ?? '') + 1;
	const hidden = typeNames(model.state).length - types.length;
	const part = `${first}-${first + shown.length - 1} of ${types.length}`;
	const filter = ui.typeFilter === '' ? [] : [span('accent', ` /${ui.typeFilter}`)];
	const facts = [
		...(shown.length < types.length ? [part] : []),
		...(ui.typeFilter === '' ? [] : [`${hidden} hidden`]),
	];
	return [filter, [dim(` ${facts.join(', ')}`)]];
}

function headRows(
	model: Model,
	ui: UiState,
	columns: Columns,
	focused: boolean,
	[filter, count]: [Row, Row],
): Row[] {
	const selected = selectedServer(model, ui)?.name;
	const name: Span[] = [...column(filter, columns.nameWidth, model)];
	const facts: Span[] = [...column(count, columns.nameWidth, model)];
	for (const server of columns.servers) {
		const title = server.name === selected && focused ? bold(server.name) : plain(server.name);
		name.push(
			...column([plain(' '), serverGlyph(server, model), plain(' '), title], COLUMN - 1, model),
			plain(' '),
		);
		facts.push(...column([plain(' '), ...serverFacts(server, model)], COLUMN, model));
	}
	if (columns.total) name.push(dim(padEnd('  all', TOTAL_WIDTH)));
	if (columns.command > 0) name.push(dim('command'));
	return [name, facts];
}

function cellSpans(model: Model, server: ServerEntry, type: string, focus: 'pane' | 'kept' | null): Row {
	const { glyph, role, running, rest, asWanted } = cellLook(
		cellOf(model.state, server, type),
		model.glyphs,
		model.state.now,
	);
	const on = focus === 'pane' ? { focus: true, bold: true } : {};
	const body: Span[] = [
		{ text: glyph, role, ...on },
		{ text: running, role, ...on },
		{ text: rest, role: asWanted && focus !== 'pane' ? 'dim' : role, ...on },
	];
	const blanks = Math.max(0, 8 - widthOf(glyph + running + rest));
	body.push({ text: ' '.repeat(blanks), role: 'plain', ...on });
	const edge = (text: string): Span => ({ text: focus === null ? ' ' : text, role: 'plain', ...on });
	return column([edge('>'), ...body, edge('<')], COLUMN, model);
}

function typeRow(model: Model, ui: UiState, columns: Columns, type: string, focused: boolean): Row {
	const onRow = type === selectedType(model, ui);
	const selected = selectedServer(model, ui)?.name;
	const orphan = model.state.servers.some(({ observation }) =>
		observation?.types.some((entry) => entry.type === type && entry.orphan),
	);
	const { ellipsis } = model.glyphs;
	const label = padEnd(`${shorten(type, columns.nameWidth - 3, ellipsis)}`, columns.nameWidth - 1);
	const name: Span = orphan ? span('warn', label) : onRow ? bold(label) : plain(label);
	const row: Span[] = [plain(onRow ? '>' : ' '), name];
	for (const server of columns.servers) {
		const focus = onRow && server.name === selected ? (focused ? 'pane' : 'kept') : null;
		row.push(...cellSpans(model, server, type, focus));
	}
	if (columns.total) row.push(dim(padEnd(`  ${totalText(model, type)}`, TOTAL_WIDTH)));
	if (columns.command > 0) row.push(...commandSpans(model, type, orphan, columns.command));
	return row;
}

function totalText({ state }: Model, type: string): string {
	const cells = state.servers.map((server) => cellOf(state, server, type));
	const running = cells.reduce((sum, cell) => sum + cell.running, 0);
	const wanted = cells.reduce((sum, cell) => sum + cell.wanted, 0);
	return `${running}/${wanted}`;
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

/** Servers across, process types down, at most `height` rows; a server's facts are the heads of its column. */
export function matrixRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const types = visibleTypes(model, ui);
	const columns = columnsOf(model, ui, types, width);
	const focused = ui.page === 'deck' && ui.pane === 'formation';
	const selected = types.indexOf(selectedType(model, ui) ?? '');
	const shown = shownPart(types, selected, Math.max(1, height - 2));
	const rows = [
		...headRows(model, ui, columns, focused, typeFacts(model, ui, types, shown)),
		...shown.map((type) => typeRow(model, ui, columns, type, focused)),
	];
	if (types.length === 0) {
		const empty =
			ui.typeFilter === '' ? 'the Procfile has no process types' : `no process type has ${ui.typeFilter}`;
		rows.push([dim(` ${empty}`)]);
	}
	return rows.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
}

/** Rows that the matrix takes when nothing is scrolled. */
export function matrixHeight(model: Model, ui: UiState): number {
	return 2 + Math.max(1, visibleTypes(model, ui).length);
}
