import type { Serving } from '../../model/serving.ts';
import { isDraining } from '../../store/serving.ts';
import { type Flow, flowsOf, isAtWork } from '../../store/traffic.ts';
import type { Model } from '../model.ts';
import { selectedTraffic, type TrafficRow, trafficRows } from '../traffic-selection.ts';
import type { UiState } from '../ui.ts';
import { bold, dim, padEnd, padStart, plain, type Role, type Row, type Span, shorten, span } from './row.ts';
import { shownPart } from './shown-part.ts';
import {
	type FigureColumns,
	type Figures,
	figureColumns,
	figureSpans,
	figureTitles,
} from './traffic-figures.ts';

const LEAD = 3;
const SERVING_WIDTH = 11;
const HEALTHY_WIDTH = 8;
const LONGEST_NAME = 20;

interface Columns extends FigureColumns {
	readonly nameWidth: number;
}

function labelOf({ server }: TrafficRow): string {
	return server === '' ? 'not ours' : server;
}

/** How the web traffic of a server is told, beside its name. */
function servingLook(serving: Serving | null, { state, glyphs }: Model): Span & { readonly glyph: string } {
	const look = (glyph: string, role: Role, text: string) => ({ glyph, role, text });
	if (!isAtWork(state.balancer)) {
		const words = serving === null ? '' : serving.serving ? 'On?' : 'Off?';
		return look(glyphs.unreachable, 'dim', words);
	}
	if (serving === null) return look(glyphs.none, 'dim', 'Off');
	if (isDraining(serving)) return look(glyphs.changing, 'accent', 'draining');
	if (!serving.serving) return look(glyphs.none, 'dim', 'Off');
	const { healthy, instances } = serving;
	if (healthy > 0 || instances === 0) return look(glyphs.running, 'plain', 'On');
	const isChecked = serving.backends.some((backend) => backend.state === 'checking');
	return isChecked ? look(glyphs.changing, 'accent', 'On') : look(glyphs.failed, 'error', 'On');
}

/** `2/2`; what is Off is not checked. */
function healthySpan(serving: Serving | null, { glyphs, state }: Model): Span {
	if (serving === null || serving.instances === 0) return dim(padStart(glyphs.none, HEALTHY_WIDTH));
	const { healthy, instances } = serving;
	if (!serving.serving) return dim(padStart(`-/${instances}`, HEALTHY_WIDTH));
	const text = padStart(`${healthy}/${instances}`, HEALTHY_WIDTH);
	if (!isAtWork(state.balancer)) return dim(text);
	return healthy === instances ? plain(text) : span(healthy === 0 ? 'error' : 'warn', text);
}

function flowOf({ state }: Model, { server }: TrafficRow): Flow | null {
	return isAtWork(state.balancer) ? (flowsOf(state.traffic)?.byServer.get(server) ?? null) : null;
}

function figuresOf(row: TrafficRow, model: Model): Figures {
	const { sessions = 0, responseMs = null } = row.serving ?? {};
	return { sessions, responseMs, flow: flowOf(model, row) };
}

function serverRow(row: TrafficRow, columns: Columns, model: Model, hasCursor: boolean): Row {
	const { glyph, role, text } = servingLook(row.serving, model);
	const name = padEnd(shorten(labelOf(row), columns.nameWidth - 1, model.glyphs.ellipsis), columns.nameWidth);
	const serving: Row = hasCursor
		? [
				{ text: `>${text}<`, role, bold: true, focus: true },
				plain(' '.repeat(Math.max(0, SERVING_WIDTH - text.length - 2))),
			]
		: [span(role, ` ${padEnd(text, SERVING_WIDTH - 1)}`)];
	const takesPart = row.serving !== null && row.serving.instances > 0;
	const figures = takesPart ? figureSpans(figuresOf(row, model), columns, model.glyphs) : [];
	return [
		plain(hasCursor ? '>' : ' '),
		span(role, glyph),
		plain(' '),
		hasCursor ? bold(name) : plain(name),
		...serving,
		healthySpan(row.serving, model),
		...(isAtWork(model.state.balancer) ? figures : figures.map((piece) => dim(piece.text))),
	];
}

/** All servers together. */
function allRow(rows: readonly TrafficRow[], columns: Columns, model: Model): Row {
	const sum = (of: (serving: Serving) => number) =>
		rows.reduce((total, { serving }) => total + (serving === null ? 0 : of(serving)), 0);
	const healthy = `${sum((each) => each.healthy)}/${sum((each) => (each.serving ? each.instances : 0))}`;
	const flow = isAtWork(model.state.balancer) ? (flowsOf(model.state.traffic)?.total ?? null) : null;
	const figures = { sessions: sum((each) => each.sessions), flow, responseMs: null };
	const bars = { ...columns, highest: Math.max(columns.highest, ...(flow?.trend ?? [])) };
	return [
		dim(`   ${padEnd('all', columns.nameWidth + SERVING_WIDTH)}${padStart(healthy, HEALTHY_WIDTH)}`),
		...figureSpans(figures, bars, model.glyphs).slice(0, -1),
	];
}

/** Rows that the servers take when nothing is scrolled, with titles and sums. */
export function trafficServersHeight(model: Model): number {
	const { length } = trafficRows(model);
	return 1 + length + (length > 1 ? 1 : 0);
}

/** The servers with what traffic they have, in at most `height` rows. */
export function trafficServerRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const rows = trafficRows(model);
	const longest = Math.max(6, ...rows.map((row) => labelOf(row).length));
	const nameWidth = Math.min(LONGEST_NAME, longest) + 1;
	const room = width - LEAD - nameWidth - SERVING_WIDTH - HEALTHY_WIDTH - 1;
	const columns = {
		nameWidth,
		...figureColumns(
			room,
			rows.map((row) => flowOf(model, row)),
		),
	};
	const selected = selectedTraffic(model, ui);
	const position = rows.findIndex(({ server }) => server === selected?.server);
	const withAll = rows.length > 1;
	const shown = shownPart(rows, position, Math.max(1, height - (withAll ? 2 : 1)));
	const titles = `   ${padEnd('server', nameWidth)} ${padEnd('serving', SERVING_WIDTH - 1)}${padStart('healthy', HEALTHY_WIDTH)}`;
	return [
		[dim(`${titles}${figureTitles(columns)}`)],
		...shown.map((row) => serverRow(row, columns, model, row.server === selected?.server)),
		...(withAll ? [allRow(rows, columns, model)] : []),
	];
}
