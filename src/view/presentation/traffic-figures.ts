import type { Flow } from '../../store/traffic.ts';
import { barsText } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { dim, padStart, type Row, span } from './row.ts';

/** What is counted and measured of a server's web traffic, or of one instance's. */
export interface Figures {
	readonly sessions: number;
	/** null: not known. */
	readonly flow: Flow | null;
	/** Milliseconds; null: nothing was answered of late. */
	readonly responseMs: number | null;
}

const SESSIONS_WIDTH = 9;
const REQUESTS_WIDTH = 7;
const ERRORS_WIDTH = 9;
const RESPONSE_WIDTH = 11;
const LEAST_BARS = 6;
/** A minute. */
const MOST_BARS = 60;

/** The columns of figures that fit into so many cells. */
export interface FigureColumns {
	/** Of the bars, with the blanks before them; 0 where there is no room. */
	readonly barsWidth: number;
	/** What the highest bar stands for: the same in all rows, so that they can be compared. */
	readonly highest: number;
}

/** @param flows of all rows */
export function figureColumns(room: number, flows: readonly (Flow | null)[]): FigureColumns {
	const left = room - SESSIONS_WIDTH - REQUESTS_WIDTH - ERRORS_WIDTH - RESPONSE_WIDTH - 2;
	const barsWidth = left < LEAST_BARS ? 0 : Math.min(MOST_BARS, left) + 2;
	return { barsWidth, highest: Math.max(1, ...flows.flatMap((flow) => flow?.trend ?? [])) };
}

export function figureTitles({ barsWidth }: FigureColumns): string {
	const titles = [
		padStart('sessions', SESSIONS_WIDTH),
		padStart('req/s', REQUESTS_WIDTH),
		padStart('', barsWidth),
		padStart('err/min', ERRORS_WIDTH),
		padStart('mean time', RESPONSE_WIDTH),
	];
	return titles.join('');
}

/** `180`, `3.4`, `0`, `-` */
export function rateText(perSecond: number | null): string {
	if (perSecond === null) return '-';
	return perSecond === 0 || perSecond >= 9.95 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** `84 ms`, `3.4 ms`, `1.2 s`, `-` */
export function responseText(milliseconds: number | null): string {
	if (milliseconds === null) return '-';
	if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
	return `${milliseconds >= 9.95 ? Math.round(milliseconds) : milliseconds.toFixed(1)} ms`;
}

/** The figures of one row; only errors have a colour. */
export function figureSpans(
	{ sessions, flow, responseMs }: Figures,
	{ barsWidth, highest }: FigureColumns,
	{ bars }: Glyphs,
): Row {
	const errors = flow === null ? '-' : String(flow.errors);
	const trend = barsWidth === 0 ? '' : `  ${barsText(flow?.trend ?? [], barsWidth - 2, highest, bars)}`;
	return [
		span('plain', padStart(String(sessions), SESSIONS_WIDTH)),
		span('plain', padStart(rateText(flow?.requests ?? null), REQUESTS_WIDTH)),
		span('trend', trend),
		span(flow !== null && flow.errors > 0 ? 'error' : 'dim', padStart(errors, ERRORS_WIDTH)),
		dim(padStart(responseText(responseMs), RESPONSE_WIDTH)),
	];
}
