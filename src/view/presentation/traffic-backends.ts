import type { BackendObservation, BackendState } from '../../model/balancer.ts';
import { backendKey, type Flow, flowsOf, isAtWork } from '../../store/traffic.ts';
import type { Model } from '../model.ts';
import { selectedBackend, selectedTraffic } from '../traffic-selection.ts';
import type { UiState } from '../ui.ts';
import { bold, dim, padEnd, plain, type Role, type Row, shorten, span } from './row.ts';
import { ruleRow } from './rule.ts';
import { shownPart } from './shown-part.ts';
import { type FigureColumns, figureColumns, figureSpans, figureTitles } from './traffic-figures.ts';

const LEAD = 3;
const STATE_WIDTH = 11;
/** `203.0.113.17:5000` and a blank before it. */
const ADDRESS_WIDTH = 19;

interface Columns extends FigureColumns {
	readonly nameWidth: number;
}

function look(state: BackendState, { glyphs, state: { balancer } }: Model): { glyph: string; role: Role } {
	if (!isAtWork(balancer)) return { glyph: glyphs.unreachable, role: 'dim' };
	switch (state) {
		case 'healthy':
			return { glyph: glyphs.running, role: 'plain' };
		case 'checking':
		case 'draining':
			return { glyph: glyphs.changing, role: 'accent' };
		case 'held':
			return { glyph: glyphs.paused, role: 'warn' };
		case 'unhealthy':
			return { glyph: glyphs.failed, role: 'error' };
		case 'off':
			return { glyph: glyphs.none, role: 'dim' };
	}
}

function flowOf({ state }: Model, backend: BackendObservation): Flow | null {
	return isAtWork(state.balancer)
		? (flowsOf(state.traffic)?.byBackend.get(backendKey(backend)) ?? null)
		: null;
}

function backendRow(backend: BackendObservation, columns: Columns, model: Model, hasCursor: boolean): Row {
	const { ellipsis } = model.glyphs;
	const { glyph, role } = look(backend.state, model);
	const name = padEnd(shorten(backend.instance, columns.nameWidth - 1, ellipsis), columns.nameWidth);
	const address = shorten(`${backend.address}:${backend.port}`, ADDRESS_WIDTH - 1, ellipsis);
	const isNow = isAtWork(model.state.balancer);
	const row: Row = [
		plain(hasCursor ? '>' : ' '),
		span(role, glyph),
		plain(' '),
		hasCursor ? bold(name) : plain(name),
		span(role, padEnd(`${backend.state}${isNow ? '' : '?'}`, STATE_WIDTH)),
		dim(padEnd(address, ADDRESS_WIDTH)),
		...figureSpans({ ...backend, flow: flowOf(model, backend) }, columns, model.glyphs),
	];
	const shown = isNow ? row : row.map(({ text }) => dim(text));
	return hasCursor ? shown.map((piece) => ({ ...piece, focus: true })) : shown;
}

/** Rows that the instances take when nothing is scrolled, with rule and titles. */
export function backendsHeight(model: Model, ui: UiState): number {
	return 2 + Math.max(1, selectedTraffic(model, ui)?.serving?.backends.length ?? 0);
}

/** The instances of the server under the cursor, in at most `height` rows. */
export function backendRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const server = selectedTraffic(model, ui);
	const backends = server?.serving?.backends ?? [];
	const nameWidth = Math.max(9, ...backends.map(({ instance }) => instance.length + 1));
	const flows = backends.map((backend) => flowOf(model, backend));
	const room = width - LEAD - nameWidth - STATE_WIDTH - ADDRESS_WIDTH - 1;
	const columns = { nameWidth, ...figureColumns(room, flows) };
	const selected = ui.page === 'backends' ? selectedBackend(model, ui) : null;
	const position = selected === null ? 0 : backends.indexOf(selected);
	const { healthy = 0, instances = 0 } = server?.serving ?? {};
	const count = instances === 0 ? null : plain(`${healthy} of ${instances} healthy`);
	const titles = `   ${padEnd('instance', nameWidth)}${padEnd('state', STATE_WIDTH)}${padEnd('address', ADDRESS_WIDTH)}`;
	return [
		ruleRow([bold(`web on ${server?.server ?? ''}`)], count, width, model.glyphs),
		[dim(`${titles}${figureTitles(columns)}`)],
		...shownPart(backends, position, Math.max(1, height - 2)).map((backend) =>
			backendRow(backend, columns, model, backend === selected),
		),
		...(backends.length === 0 ? [[dim('   the load balancer knows no instance of web there')]] : []),
	];
}
