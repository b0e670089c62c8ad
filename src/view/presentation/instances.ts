import { exitText } from '../../model/exit-text.ts';
import type { InstanceObservation } from '../../model/observed.ts';
import { exitCount, secondsToNextStart } from '../../store/instance-problems.ts';
import { reasonOf, sinceSeenText } from '../../store/problems.ts';
import { type Cell, isReachable } from '../../store/selectors.ts';
import type { Model } from '../model.ts';
import { isOnAll, selectedCells, selectedInstance } from '../selection.ts';
import type { UiState } from '../ui.ts';
import type { Glyphs } from './glyphs.ts';
import { aligned, type Column, columnsFor, LAST_EXIT, PORT, type Subject } from './instance-columns.ts';
import { commandOf } from './matrix.ts';
import { bold, dim, fit, padEnd, plain, type Role, type Row, rowWidth, type Span, span } from './row.ts';
import { ruleRow } from './rule.ts';
import { shownPart } from './shown-part.ts';

const STATE_WIDTH = 14;

/** An instance in the pane, which can be of one of several servers. */
interface ListedInstance extends Subject {
	readonly ui: UiState;
}

/** `running`, `back-off 8s`; `running?` where that is what was last known. */
export function stateWords(instance: InstanceObservation, { server }: Cell, now: number): string {
	if (!isReachable(server)) return `${instance.state === 'backoff' ? 'back-off' : instance.state}?`;
	if (instance.state === 'running') return instance.stale ? 'running, old' : 'running';
	if (instance.state !== 'backoff') return instance.state;
	const seconds = secondsToNextStart(instance, now);
	return seconds === null ? 'back-off' : `back-off ${seconds}s`;
}

/** The sign of an instance's state and its colour. */
function stateLook(
	{ state, stale }: InstanceObservation,
	{ server }: Cell,
	glyphs: Glyphs,
): { glyph: string; role: Role } {
	if (!isReachable(server)) return { glyph: glyphs.unreachable, role: 'dim' };
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
		const count = exitCount(instance);
		notes.push(span('warn', `${count < 2 ? '' : `  ${count}x`}  ${exitText(instance.lastExit)}`));
	}
	if (instance.held && instance.state === 'stopped') notes.push(dim('  held by stop'));
	if (instance.stale && instance.state !== 'running') notes.push(span('warn', '  old'));
	return notes;
}

/** The columns and the notes; where an instance is down the columns are empty, so the notes take their room. */
function detailSpans(subject: Subject, columns: readonly Column[]): Row {
	const { instance } = subject;
	const notes = noteSpans(instance, columns);
	if (notes.length > 0 && instance.pid === null && !columns.includes(LAST_EXIT)) {
		const room = columns.reduce((sum, { width }) => sum + width, 0);
		return [plain(' '.repeat(Math.max(0, room - rowWidth(notes)))), ...notes];
	}
	const details = columns.map((column): Span => {
		return { text: aligned(column.text(subject), column), role: column.role };
	});
	return [...details, ...notes];
}

/** With its server where instances of several are listed. */
function instanceLabel({ cell, instance, model, ui }: ListedInstance): string {
	return isOnAll(model, ui) ? `${cell.server.name} ${instance.name}` : instance.name;
}

function instanceRow(
	subject: ListedInstance,
	columns: readonly Column[],
	nameWidth: number,
	cursor: boolean,
	width: number,
): Row {
	const { instance, model, cell } = subject;
	const { glyph, role } = stateLook(instance, cell, model.glyphs);
	const name = padEnd(instanceLabel(subject), nameWidth);
	const row: Span[] = [
		plain(cursor ? '  >' : '   '),
		span(role, glyph),
		plain(' '),
		cursor ? bold(name) : plain(name),
		span(role, padEnd(stateWords(instance, cell, model.state.now), STATE_WIDTH)),
		...detailSpans(subject, columns),
	];
	const known = isReachable(cell.server)
		? row
		: row.map(({ text, bold: isBold = false }) => ({ ...dim(text), bold: isBold }));
	const fitted = fit(known, width, model.glyphs.ellipsis);
	return cursor ? fitted.map((piece) => ({ ...piece, focus: true })) : fitted;
}

function countSpan(running: number, wanted: number, cells: readonly Cell[]): Span {
	const text = `${running} of ${wanted}`;
	if (cells.every(({ server }) => server.observation === null)) return dim('not known');
	if (!cells.every(({ server }) => isReachable(server))) return dim(`${text}?`);
	return running === wanted ? plain(text) : span('accent', text);
}

/** How old what is known of the one server is, where that is out of reach. */
function ageSpans({ state }: Model, [cell, ...others]: readonly Cell[]): Row {
	const observation = cell?.server.observation ?? null;
	if (cell === undefined || others.length > 0 || observation === null || isReachable(cell.server)) return [];
	return [span('warn', `seen ${sinceSeenText(observation, state.now)} ago`)];
}

function titleRow(model: Model, ui: UiState, cells: readonly Cell[], width: number): Row {
	const [first] = cells;
	if (first === undefined) return ruleRow([bold('instances')], null, width, model.glyphs);
	const running = cells.reduce((sum, cell) => sum + cell.running, 0);
	const wanted = cells.reduce((sum, cell) => sum + cell.wanted, 0);
	const where = isOnAll(model, ui) ? `${cells.length} servers` : first.server.name;
	return ruleRow(
		[bold(`${first.type} on ${where}`), dim(commandOf(model, first.type)), ...ageSpans(model, cells)],
		countSpan(running, wanted, cells),
		width,
		model.glyphs,
	);
}

function columnTitles(columns: readonly Column[], nameWidth: number): Row {
	const titles = columns.map((column) => aligned(column.title, column)).join('');
	return [dim(`     ${padEnd('instance', nameWidth)}${padEnd('state', STATE_WIDTH)}${titles}`)];
}

function emptyText(cells: readonly Cell[]): string {
	const [first] = cells;
	if (first === undefined) return '';
	if (cells.length > 1) return 'none on any of them; = types how many on each';
	const { known, server } = first;
	if (server.observation === null) {
		return server.connectionReason === null
			? `${server.name} has not answered yet`
			: (reasonOf(server) ?? '');
	}
	if (known === null) return `${server.name} does not know ${first.type} yet`;
	if (known.paused !== null) return `paused, was ${known.paused}; p resumes`;
	if (known.stopped) return 'stopped; s starts';
	if (server.observation?.power !== 'up') return 'the stack does not run here; s starts it';
	return 'none wanted; + starts one';
}

/** The selected instances; of several servers those first that are not up. */
function listedInstances(model: Model, ui: UiState, cells: readonly Cell[]): readonly ListedInstance[] {
	const all = cells.flatMap((cell) => cell.instances.map((instance) => ({ model, ui, cell, instance })));
	if (cells.length < 2) return all;
	const isUp = ({ instance }: ListedInstance) => instance.state === 'running';
	return [...all.filter((each) => !isUp(each)), ...all.filter(isUp)];
}

/** The instances of the selected cell, or of the type on all servers, at most `height` rows with their rule. */
export function instanceRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const cells = selectedCells(model, ui);
	const title = titleRow(model, ui, cells, width);
	const listed = listedInstances(model, ui, cells);
	const selected = isOnAll(model, ui) ? null : selectedInstance(model, ui);
	const position = Math.max(
		0,
		listed.findIndex(({ instance }) => instance === selected),
	);
	const isTitled = height > listed.length + 1;
	const part = shownPart(listed, position, Math.max(0, height - 1));
	const nameWidth = Math.max(10, ...part.map((each) => instanceLabel(each).length + 2));
	const columns = columnsFor(width - 5 - nameWidth - STATE_WIDTH);
	const focused = ui.page === 'deck' && ui.pane === 'instances';
	const rows = [
		title,
		...(isTitled && columns.includes(PORT) ? [columnTitles(columns, nameWidth)] : []),
		...part.map((each) =>
			instanceRow(each, columns, nameWidth, focused && each.instance === selected, width),
		),
		...(listed.length === 0 ? [[dim(`   ${emptyText(cells)}`)]] : []),
	];
	return rows
		.slice(0, height)
		.map((row) => (rowWidth(row) === width ? row : fit(row, width, model.glyphs.ellipsis)));
}

/** Rows that the instances take when nothing is scrolled, with rule and titles. */
export function instancesHeight(model: Model, ui: UiState, width: number): number {
	const count = selectedCells(model, ui).reduce((sum, { instances }) => sum + instances.length, 0);
	return 1 + (width >= 120 ? 1 : 0) + Math.max(1, count);
}
