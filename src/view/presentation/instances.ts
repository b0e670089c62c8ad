import { exitText } from '../../model/exit-text.ts';
import type { InstanceObservation } from '../../model/observed.ts';
import { secondsToNextStart } from '../../store/problems.ts';
import type { Cell } from '../../store/selectors.ts';
import type { Model } from '../model.ts';
import { selectedCell, selectedInstance } from '../selection.ts';
import type { UiState } from '../ui.ts';
import type { Glyphs } from './glyphs.ts';
import { aligned, type Column, columnsFor, LAST_EXIT, PORT, type Subject } from './instance-columns.ts';
import { commandOf, shownPart } from './matrix.ts';
import { bold, dim, fit, padEnd, plain, type Role, type Row, rowWidth, type Span, span } from './row.ts';
import { ruleRow } from './rule.ts';

const STATE_WIDTH = 14;

/** `running`, `back-off 8s`. */
export function stateWords(instance: InstanceObservation, now: number): string {
	if (instance.state === 'running') return instance.stale ? 'running, old' : 'running';
	if (instance.state !== 'backoff') return instance.state;
	const seconds = secondsToNextStart(instance, now);
	return seconds === null ? 'back-off' : `back-off ${seconds}s`;
}

/** The sign of an instance's state and its colour. */
function stateLook({ state, stale }: InstanceObservation, glyphs: Glyphs): { glyph: string; role: Role } {
	switch (state) {
		case 'running':
			return { glyph: glyphs.running, role: stale ? 'warn' : 'plain' };
		case 'starting':
		case 'stopping':
			return { glyph: glyphs.changing, role: 'accent' };
		case 'stopped':
			return { glyph: glyphs.none, role: 'dim' };
		case 'backoff':
			return { glyph: glyphs.backoff, role: 'warn' };
		case 'failed':
			return { glyph: glyphs.failed, role: 'error' };
	}
}

/** What a row says at its end because it is not as it should be. */
function noteSpans(instance: InstanceObservation, columns: readonly Column[]): Row {
	const notes: Span[] = [];
	const unwell = instance.state === 'backoff' || instance.state === 'failed';
	if (unwell && instance.lastExit !== null && !columns.includes(LAST_EXIT)) {
		const times = instance.restarts === 0 ? '' : `  ${instance.restarts}x`;
		notes.push(span('warn', `${times}  ${exitText(instance.lastExit)}`));
	}
	if (instance.held && instance.state === 'stopped') notes.push(dim('  held by stop'));
	if (instance.stale && instance.state !== 'running') notes.push(span('warn', '  old'));
	return notes;
}

/** The columns and the notes; where an instance is down the columns are empty, so the notes take their room. */
function detailSpans(subject: Subject, columns: readonly Column[]): Row {
	const { instance, cell } = subject;
	const notes = noteSpans(instance, columns);
	if (notes.length > 0 && instance.pid === null && !columns.includes(LAST_EXIT)) {
		const room = columns.reduce((sum, { width }) => sum + width, 0);
		return [plain(' '.repeat(Math.max(0, room - rowWidth(notes)))), ...notes];
	}
	const reachable = cell.server.observation?.connection === 'connected';
	const details = columns.map((column): Span => {
		return { text: aligned(column.text(subject), column), role: reachable ? column.role : 'dim' };
	});
	return [...details, ...notes];
}

function instanceRow(
	subject: Subject,
	columns: readonly Column[],
	nameWidth: number,
	cursor: boolean,
	width: number,
): Row {
	const { instance, model, cell } = subject;
	const look = stateLook(instance, model.glyphs);
	const reachable = cell.server.observation?.connection === 'connected';
	const role = reachable ? look.role : 'dim';
	const row: Span[] = [
		plain(cursor ? '  >' : '   '),
		span(role, look.glyph),
		plain(' '),
		cursor ? bold(padEnd(instance.name, nameWidth)) : plain(padEnd(instance.name, nameWidth)),
		span(role, padEnd(stateWords(instance, model.state.now), STATE_WIDTH)),
	];
	row.push(...detailSpans(subject, columns));
	const fitted = fit(row, width, model.glyphs.ellipsis);
	return cursor ? fitted.map((piece) => ({ ...piece, focus: true })) : fitted;
}

function titleRow(model: Model, cell: Cell, width: number): Row {
	const title = bold(`${cell.type} on ${cell.server.name}`);
	const changing = cell.running !== cell.wanted;
	const right = `${cell.running} of ${cell.wanted}`;
	return ruleRow(
		[title, dim(commandOf(model, cell.type))],
		changing ? span('accent', right) : plain(right),
		width,
		model.glyphs,
	);
}

function columnTitles(columns: readonly Column[], nameWidth: number): Row {
	const titles = columns.map((column) => aligned(column.title, column)).join('');
	return [dim(`     ${padEnd('instance', nameWidth)}${padEnd('state', STATE_WIDTH)}${titles}`)];
}

function emptyText(cell: Cell): string {
	const { known, server } = cell;
	if (known === null) return `${server.name} does not know ${cell.type} yet`;
	if (known.paused !== null) return `paused, was ${known.paused}; p resumes`;
	if (known.stopped) return 'stopped; s starts';
	if (server.observation?.power !== 'up') return 'the stack does not run here; s starts it';
	return 'none wanted; + starts one';
}

/** The instances of the selected cell, at most `height` rows with their rule. */
export function instanceRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const cell = selectedCell(model, ui);
	if (cell === null) return [ruleRow([bold('instances')], null, width, model.glyphs)];
	const nameWidth = Math.max(10, ...cell.instances.map(({ name }) => name.length + 2));
	const columns = columnsFor(width - 5 - nameWidth - STATE_WIDTH);
	const rows: Row[] = [titleRow(model, cell, width)];
	const titled = columns.includes(PORT) && height > cell.instances.length + 1;
	if (titled) rows.push(columnTitles(columns, nameWidth));
	const selected = selectedInstance(model, ui);
	const position = cell.instances.findIndex(({ name }) => name === selected?.name);
	const focused = ui.page === 'deck' && ui.pane === 'instances';
	for (const instance of shownPart(cell.instances, position, height - rows.length)) {
		const cursor = focused && instance === selected;
		rows.push(instanceRow({ model, cell, instance }, columns, nameWidth, cursor, width));
	}
	if (cell.instances.length === 0) rows.push([dim(`   ${emptyText(cell)}`)]);
	return rows
		.slice(0, height)
		.map((row) => (rowWidth(row) === width ? row : fit(row, width, model.glyphs.ellipsis)));
}

/** Rows that the instances take when nothing is scrolled, with rule and titles. */
export function instancesHeight(model: Model, ui: UiState, width: number): number {
	const count = selectedCell(model, ui)?.instances.length ?? 0;
	return 1 + (width >= 120 ? 1 : 0) + Math.max(1, count);
}
