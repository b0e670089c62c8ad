import type { InstanceObservation } from '../../model/observed.ts';
import { exitText, secondsToNextStart } from '../../store/problems.ts';
import type { Cell } from '../../store/selectors.ts';
import type { Model } from '../model.ts';
import { selectedCell, selectedInstance } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { ageText, barsText, bytesText, percentText } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { commandOf, shownPart } from './matrix.ts';
import {
	bold,
	dim,
	fit,
	padEnd,
	padStart,
	plain,
	type Role,
	type Row,
	rowWidth,
	type Span,
	span,
} from './row.ts';
import { ruleRow } from './rule.ts';

interface Subject {
	readonly model: Model;
	readonly cell: Cell;
	readonly instance: InstanceObservation;
}

interface Column {
	readonly title: string;
	readonly width: number;
	readonly left?: boolean;
	readonly role: Role;
	readonly text: (subject: Subject) => string;
}

function isUp({ state }: InstanceObservation): boolean {
	return state === 'running' || state === 'starting' || state === 'stopping';
}

function upText({ instance, model }: Subject): string {
	if (instance.startedAt === null || !isUp(instance)) return '';
	return ageText(model.state.now - Date.parse(instance.startedAt));
}

function lastExitText({ instance, model }: Subject): string {
	if (instance.lastExit === null) return '';
	const { lastExit } = instance;
	return `${exitText(lastExit)} ${ageText(model.state.now - Date.parse(lastExit.at))} ago`;
}

function trendText({ instance, cell, model }: Subject): string {
	const samples = cell.server.trends.instances[instance.name] ?? [];
	return isUp(instance) ? barsText(samples, 6, Math.max(100, ...samples), model.glyphs.bars) : '';
}

const PID: Column = {
	title: 'pid',
	width: 8,
	role: 'dim',
	text: ({ instance }) => String(instance.pid ?? ''),
};
const PORT: Column = {
	title: 'port',
	width: 7,
	role: 'dim',
	text: ({ instance }) => String(instance.port ?? ''),
};
const UP: Column = { title: 'up', width: 9, role: 'plain', text: upText };
const TREND: Column = { title: '', width: 8, role: 'trend', text: trendText };
const CPU: Column = {
	title: 'cpu',
	width: 6,
	role: 'plain',
	text: ({ cell, instance }) =>
		isUp(instance) ? percentText(cell.server.stats[instance.name]?.cpuPercent ?? null) : '',
};
const MEMORY: Column = {
	title: 'memory',
	width: 8,
	role: 'plain',
	text: ({ cell, instance }) =>
		isUp(instance) ? bytesText(cell.server.stats[instance.name]?.memoryBytes ?? null) : '',
};
const RESTARTS: Column = {
	title: 'restarts',
	width: 10,
	role: 'dim',
	text: ({ instance, model }) => (instance.restarts === 0 ? model.glyphs.none : String(instance.restarts)),
};
const RESTARTS_SHORT: Column = {
	title: '',
	width: 6,
	role: 'dim',
	text: ({ instance }) => (instance.restarts === 0 ? '' : `${instance.restarts}x`),
};
const LAST_EXIT: Column = { title: 'last exit', width: 24, left: true, role: 'dim', text: lastExitText };

const ALL: readonly Column[] = [PID, PORT, UP, TREND, CPU, MEMORY, RESTARTS, LAST_EXIT];
const NARROW: readonly Column[] = [PID, UP, TREND, CPU, MEMORY, RESTARTS_SHORT];
/** Given up in this order where the width ends. */
const DROPPED_FIRST: readonly Column[] = [LAST_EXIT, PORT, PID, TREND, RESTARTS, RESTARTS_SHORT, UP];

const STATE_WIDTH = 14;

function columnsFor(room: number): readonly Column[] {
	let columns = room >= 84 ? ALL : NARROW;
	const width = () => columns.reduce((sum, column) => sum + column.width, 0);
	for (const dropped of DROPPED_FIRST) {
		if (width() <= room) break;
		columns = columns.filter((column) => column !== dropped);
	}
	return columns;
}

function aligned(text: string, { width, left }: Column): string {
	return left ? `  ${padEnd(text, width - 2)}` : padStart(text, width);
}

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
		notes.push(span('warn', `  ${exitText(instance.lastExit)}`));
	}
	if (instance.stale && instance.state !== 'running') notes.push(span('warn', '  old'));
	return notes;
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
	for (const column of columns) {
		row.push({ text: aligned(column.text(subject), column), role: reachable ? column.role : 'dim' });
	}
	row.push(...noteSpans(instance, columns));
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
