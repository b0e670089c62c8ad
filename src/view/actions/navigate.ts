import { listedServers, showsList } from '../arrangement.ts';
import {
	isOnAll,
	selectedCell,
	selectedInstance,
	selectedServer,
	selectedType,
	visibleServers,
	visibleTypes,
} from '../selection.ts';
import { type Context, type Step, say, show } from '../steps.ts';
import { ALL_SERVERS, type Pane, type UiState } from '../ui.ts';
import { openLogs, scrollLines } from './log-view.ts';

/** The item so many places further on, or the outermost. */
export function neighbour<T>(items: readonly T[], current: T | null, by: number): T | null {
	if (items.length === 0) return null;
	const position = current === null ? 0 : Math.max(0, items.indexOf(current));
	return items[Math.min(items.length - 1, Math.max(0, position + by))] ?? null;
}

function moveInstance({ model, ui }: Context, by: number): Step {
	const names = selectedCell(model, ui)?.instances.map(({ name }) => name) ?? [];
	const instance = neighbour(names, selectedInstance(model, ui)?.name ?? null, by);
	return show({ ...ui, instance });
}

function moveType({ model, ui }: Context, by: number): Step {
	const type = neighbour(visibleTypes(model, ui), selectedType(model, ui), by);
	return show(follow({ ...ui, type, instance: null }));
}

/** The servers as they stand on the screen, and all of them: before the rows of a list, after the columns of a matrix. */
function serverStops({ model, ui, width }: Context): readonly string[] {
	const isList = showsList(model, ui, width);
	const servers = isList ? listedServers(model, ui).servers : visibleServers(model, ui);
	const names = servers.map(({ name }) => name);
	// The instances of a cell are those of one server.
	if (names.length < 2 || ui.pane !== 'formation') return names;
	return isList ? [ALL_SERVERS, ...names] : [...names, ALL_SERVERS];
}

function moveServer(context: Context, by: number): Step {
	const { model, ui } = context;
	const here = isOnAll(model, ui) ? ALL_SERVERS : (selectedServer(model, ui)?.name ?? null);
	return show(follow({ ...ui, server: neighbour(serverStops(context), here, by), instance: null }));
}

export function moveVertically(context: Context, by: number): Step {
	const { model, ui, width } = context;
	if (ui.pane === 'logs') return scrollLines(context, by);
	if (ui.pane === 'instances') return moveInstance(context, by);
	return showsList(model, ui, width) ? moveServer(context, by) : moveType(context, by);
}

export function moveHorizontally(context: Context, by: number): Step {
	const { model, ui, width } = context;
	return showsList(model, ui, width) ? moveType(context, by) : moveServer(context, by);
}

/** So much of the screen's rows is a page of the formation. */
const PAGE = 1 / 3;

export function movePage(context: Context, by: number): Step {
	return moveVertically(context, by * Math.max(1, Math.floor(context.height * PAGE)));
}

/** The log pane goes with the cursor: a pause belongs to what it was made on. */
export function follow(ui: UiState): UiState {
	return { ...ui, logs: { ...ui.logs, paused: null, left: 0 } };
}

/** In a list of servers that are all known by now, the cursor begins on the one that is worst off. */
export function startAtWorst(model: Context['model'], ui: UiState, width: number): UiState {
	const { servers } = model.state;
	const isKnown = servers.every(
		({ observation, connectionReason }) => observation !== null || connectionReason !== null,
	);
	if (ui.server !== null || !isKnown || !showsList(model, ui, width)) return ui;
	return { ...ui, server: listedServers(model, ui).servers[0]?.name ?? null };
}

const PANES: readonly Pane[] = ['formation', 'instances', 'logs'];

export function nextPane({ model, ui }: Context, by: number): Step {
	const panes = isOnAll(model, ui) ? PANES.filter((pane) => pane !== 'instances') : PANES;
	const position = (panes.indexOf(ui.pane) + by + panes.length) % panes.length;
	return show({ ...ui, pane: panes[position] ?? 'formation' });
}

/** One level in: from a cell to its instances, from an instance to its crash loop or its log. */
export function enter(context: Context): Step {
	const { model, ui } = context;
	if (ui.pane === 'logs' || isOnAll(model, ui)) return openLogs(context);
	if (ui.pane === 'formation') return show({ ...ui, pane: 'instances', instance: null });
	const instance = selectedInstance(model, ui);
	if (instance === null) return say(ui, 'no instance here; + starts one');
	const crashed = instance.state === 'backoff' || instance.state === 'failed';
	return crashed ? show({ ...ui, page: 'crash', instance: instance.name }) : openLogs(context);
}

/** Back to the deck. What was searched on the page of logs was searched there. */
export function leavePage(ui: UiState): UiState {
	const { logs } = follow(ui);
	return { ...ui, page: 'deck', logs: ui.page === 'logs' ? { ...logs, search: '' } : logs };
}

/** One level out. */
export function back({ ui }: Context): Step {
	if (ui.page === 'backends') return show({ ...ui, page: 'balancer', instance: null });
	if (ui.page !== 'deck') return show(leavePage(ui));
	if (ui.pane === 'logs' && (ui.logs.paused !== null || ui.logs.search !== '')) {
		return show({ ...ui, logs: { ...follow(ui).logs, search: '' } });
	}
	if (ui.pane !== 'formation') return show({ ...ui, pane: 'formation' });
	return show({ ...ui, filter: '' });
}

/** Servers across or servers down, whatever fits. */
export function turnAround({ model, ui, width }: Context): Step {
	const arrangement = showsList(model, ui, width) ? 'matrix' : 'list';
	return show({ ...ui, arrangement });
}

/** Why there is nothing to turn around, or null. */
export function whyNoTurn({ model }: Context): string | null {
	return model.state.servers.length < 2 ? 'there is only one server' : null;
}
