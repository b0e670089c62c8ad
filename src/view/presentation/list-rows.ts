import type { ServerEntry } from '../../store/console-store.ts';
import { cellOf, countsOn, isReachable, serverCounts } from '../../store/selectors.ts';
import { type Standing, serverStanding } from '../../store/standing.ts';
import { type Load, totals } from '../../store/trend.ts';
import type { ListedServers } from '../arrangement.ts';
import type { Model } from '../model.ts';
import { isOnAll, selectedServer } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { bytesText, percentText } from './format.ts';
import { listCell } from './list-cell.ts';
import { CPU_WIDTH, type ListColumns, MARKS, MEMORY_WIDTH, totalText, UP_WIDTH } from './list-columns.ts';
import {
	bold,
	dim,
	fit,
	padEnd,
	padStart,
	plain,
	type Role,
	type Row,
	type Span,
	shorten,
	span,
	widthOf,
} from './row.ts';
import { nameMark, releaseRemark, serverCondition, serverGlyph, servingText } from './server-facts.ts';

/** What all rows are drawn from. */
export interface List {
	readonly model: Model;
	readonly ui: UiState;
	readonly listed: ListedServers;
	readonly columns: ListColumns;
	readonly selectedType: string | null;
	/** Whether the keys are for the formation. */
	readonly hasPane: boolean;
}

type Focus = 'pane' | 'kept' | null;

/** The text of a type's column at its right edge, and the marks of the cursor close to it. */
function typeCell(text: string, role: Role, width: number, focus: Focus): Row {
	if (focus === null) return [{ text: ` ${padStart(text, width)} `, role }];
	const on = focus === 'pane' ? { focus: true, bold: true } : {};
	const blanks = plain(' '.repeat(Math.max(0, width - widthOf(text))));
	return [blanks, { text: `>${text}<`, role, ...on }];
}

export function titleRow({ model, columns, selectedType: selected }: List): Row {
	const { nameWidth, servingWidth, types, hidden, hiddenWidth } = columns;
	const { ellipsis } = model.glyphs;
	const facts = `${padStart('cpu', CPU_WIDTH)}${padStart('mem', MEMORY_WIDTH)}${padStart('up', UP_WIDTH)}`;
	const serving = servingWidth === 0 ? '' : padEnd('lb', servingWidth);
	return [
		dim(`   ${padEnd('server', nameWidth)}${serving}${facts}`),
		...types.map(({ type, width }): Span => {
			const title = ` ${padStart(shorten(type, width, ellipsis), width)} `;
			return type === selected ? bold(title) : dim(title);
		}),
		...(hidden.length > 0 ? [dim(padStart(`+${hidden.length}`, hiddenWidth + MARKS - 1))] : []),
	];
}

/** The sign of the worst that there is on a server. */
function standingGlyph(server: ServerEntry, standing: Standing, model: Model): Span {
	const { glyphs } = model;
	if (standing === 'failed') return span('error', glyphs.failed);
	if (standing === 'backoff') return span('warn', glyphs.backoff);
	if (standing === 'changing') return span('accent', glyphs.changing);
	return serverGlyph(server, model);
}

function loadText({ cpu, memory }: Load): string {
	return `${padStart(percentText(cpu), CPU_WIDTH)}${padStart(bytesText(memory), MEMORY_WIDTH)}`;
}

function serverFacts(server: ServerEntry, { model, columns: { servingWidth } }: List): Row {
	const condition = serverCondition(server, model);
	const width = servingWidth + CPU_WIDTH + MEMORY_WIDTH;
	if (condition !== null) return fit(condition, width, model.glyphs.ellipsis);
	const serving = padEnd(servingText(server), servingWidth);
	const load = releaseRemark(server, model) ?? dim(loadText(totals(server.stats)));
	return [
		serving.startsWith('On') ? plain(serving) : dim(serving),
		...fit([load], CPU_WIDTH + MEMORY_WIDTH, model.glyphs.ellipsis),
	];
}

function upSpan(server: ServerEntry, { model: { state } }: List): Span {
	const { running, wanted } = serverCounts(state, server);
	if (server.observation === null) return plain(' '.repeat(UP_WIDTH));
	if (!isReachable(server)) return dim(padStart(`${running}?`, UP_WIDTH));
	const text = padStart(totalText(running, wanted), UP_WIDTH);
	return running === wanted ? plain(text) : bold(text);
}

/** How many of the types without a column run. */
function hiddenSpan(servers: readonly ServerEntry[], { model: { state, glyphs }, columns }: List): Row {
	const { hidden, hiddenWidth } = columns;
	if (hidden.length === 0) return [];
	const running = hidden.reduce((sum, type) => sum + countsOn(state, servers, type).running, 0);
	return [dim(padStart(running === 0 ? glyphs.none : String(running), hiddenWidth + MARKS - 1))];
}

export function serverRow(server: ServerEntry, list: List): Row {
	const { model, ui, columns, hasPane } = list;
	const { state, glyphs } = model;
	const onRow = server.name === selectedServer(model, ui)?.name;
	const name = shorten(server.name, columns.nameWidth - 2, glyphs.ellipsis);
	const mark = nameMark(server);
	const blanks = plain(' '.repeat(Math.max(0, columns.nameWidth - widthOf(name) - widthOf(mark.text))));
	const known = server.observation !== null;
	return [
		plain(onRow ? '>' : ' '),
		standingGlyph(server, serverStanding(state, server), model),
		plain(' '),
		onRow ? bold(name) : isReachable(server) ? plain(name) : dim(name),
		mark,
		blanks,
		...serverFacts(server, list),
		upSpan(server, list),
		...columns.types.flatMap(({ type, width }): Row => {
			const focus = onRow && type === list.selectedType ? (hasPane ? 'pane' : 'kept') : null;
			const { text, role } = listCell(cellOf(state, server, type), glyphs, state.now);
			return typeCell(known ? text : '', role, width, focus);
		}),
		...(known ? hiddenSpan([server], list) : []),
	];
}

/** CPU on average, and memory of all together. */
function loadOfAll(servers: readonly ServerEntry[]): Load {
	const loads = servers.filter(isReachable).map(({ stats }) => totals(stats));
	const cpus = loads.flatMap(({ cpu }) => cpu ?? []);
	const memories = loads.flatMap(({ memory }) => memory ?? []);
	const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
	return {
		cpu: cpus.length === 0 ? null : sum(cpus) / cpus.length,
		memory: memories.length === 0 ? null : sum(memories),
	};
}

/** All servers that are shown together, above the others. */
export function allRow(list: List): Row {
	const { model, ui, columns, listed, hasPane } = list;
	const { state } = model;
	const { servers } = listed;
	const onRow = isOnAll(model, ui);
	const on = servers.filter(({ observation }) => observation?.serving === true).length;
	const serving = columns.servingWidth === 0 ? '' : padEnd(`${on} on`, columns.servingWidth);
	const name = padEnd(`all ${servers.length}`, columns.nameWidth);
	let [running, wanted] = [0, 0];
	const cells = columns.types.flatMap(({ type, width }): Row => {
		const counts = countsOn(state, servers, type);
		const focus = onRow && type === list.selectedType ? (hasPane ? 'pane' : 'kept') : null;
		const role = counts.running === counts.wanted ? 'dim' : 'plain';
		const isNone = counts.running === 0 && counts.wanted === 0;
		const text = isNone ? model.glyphs.none : totalText(counts.running, counts.wanted);
		return typeCell(text, role, width, focus);
	});
	for (const type of [...columns.types.map((column) => column.type), ...columns.hidden]) {
		const counts = countsOn(state, servers, type);
		running += counts.running;
		wanted += counts.wanted;
	}
	return [
		plain(onRow ? '>  ' : '   '),
		onRow ? bold(name) : plain(name),
		dim(`${serving}${loadText(loadOfAll(servers))}`),
		plain(padStart(totalText(running, wanted), UP_WIDTH)),
		...cells,
		...hiddenSpan(servers, list),
	];
}
