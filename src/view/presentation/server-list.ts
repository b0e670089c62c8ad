import type { ServerEntry } from '../../store/console-store.ts';
import { serverStanding } from '../../store/standing.ts';
import { type ListedServers, listedServers } from '../arrangement.ts';
import type { Model } from '../model.ts';
import { selectedServer, selectedType } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { listColumns } from './list-columns.ts';
import { allRow, type List, serverRow, titleRow } from './list-rows.ts';
import { emptyText } from './matrix.ts';
import { bold, dim, fit, type Row, span } from './row.ts';
import { ruleRow } from './rule.ts';
import { shownPart } from './shown-part.ts';

/** Parts what is not as wanted from the rest. */
const DIVIDER = Symbol('divider');

function dividerRow({ model, listed: { servers } }: List, width: number): Row {
	const asWanted = servers.filter((server) => serverStanding(model.state, server) === 'as-wanted').length;
	const words = `   as wanted ${asWanted} `;
	return [dim(words), span('rule', model.glyphs.rule.repeat(Math.max(0, width - words.length - 1)))];
}

type Item = ServerEntry | typeof DIVIDER;

function itemsOf({ servers, deviating }: ListedServers): readonly Item[] {
	if (deviating === 0 || deviating === servers.length) return servers;
	return [...servers.slice(0, deviating), DIVIDER, ...servers.slice(deviating)];
}

/** Title, column titles, and the row of all. */
const HEADS = 3;

/** What of the list is shown in `height` rows. */
function shownItems(model: Model, ui: UiState, listed: ListedServers, height: number): readonly Item[] {
	const items = itemsOf(listed);
	const name = selectedServer(model, ui)?.name;
	const selected = items.findIndex((item) => item !== DIVIDER && item.name === name);
	return shownPart(items, Math.max(0, selected), Math.max(1, height - HEADS));
}

/** The servers that the list shows in `height` rows. */
export function listedInSight(model: Model, ui: UiState, height: number): readonly ServerEntry[] {
	return shownItems(model, ui, listedServers(model, ui), height).filter((item) => item !== DIVIDER);
}

/** Servers down, process types across, in at most `height` rows; what is wrong comes first. */
export function serverListRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const listed = listedServers(model, ui);
	const columns = listColumns(model, ui, listed, width);
	const hasPane = ui.page === 'deck' && ui.pane === 'formation';
	const list: List = { model, ui, listed, columns, selectedType: selectedType(model, ui), hasPane };
	const shown = shownItems(model, ui, listed, height);
	const rows = [
		headRow(list, shown, width),
		titleRow(list),
		allRow(list),
		...shown.map((item) => (item === DIVIDER ? dividerRow(list, width) : serverRow(item, list))),
	];
	if (columns.types.length === 0) rows.splice(1, rows.length, [dim(` ${emptyText(model, ui)}`)]);
	return rows.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
}

/** `Formation ─ wrong first ─ /jobs ─── 1-7 of 40 ─` */
function headRow({ model, ui, listed }: List, shown: readonly Item[], width: number): Row {
	const visible = shown.filter((item) => item !== DIVIDER);
	const [highest] = visible;
	const first = highest === undefined ? 0 : listed.servers.indexOf(highest) + 1;
	const part = `${first}-${first + visible.length - 1} of ${listed.servers.length}`;
	const hidden = model.state.servers.length - listed.servers.length;
	const filter = ui.filter === '' ? [] : [span('accent', `/${ui.filter}`)];
	const right = hidden === 0 ? part : `${part}, ${hidden} hidden`;
	const order = listed.isKept ? 'rows keep their place' : 'wrong first';
	return ruleRow([bold('Formation'), dim(order), ...filter], dim(right), width, model.glyphs);
}

/** Rows that the list takes when nothing is scrolled. */
export function serverListHeight(model: Model, ui: UiState): number {
	return HEADS + Math.max(1, itemsOf(listedServers(model, ui)).length);
}

/** Rows without which the list is none. */
export const LEAST_LIST = HEADS + 3;
