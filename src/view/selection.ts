import type { InstanceObservation } from '../model/observed.ts';
import type { ServerEntry } from '../store/console-store.ts';
import type { LogSource } from '../store/intent.ts';
import { type Cell, cellOf } from '../store/selectors.ts';
import { shownBy } from './filter.ts';
import type { Model } from './model.ts';
import { ALL_SERVERS, type UiState } from './ui.ts';

export function visibleTypes(model: Model, ui: UiState): readonly string[] {
	return shownBy(model, ui).types;
}

export function visibleServers(model: Model, ui: UiState): readonly ServerEntry[] {
	return shownBy(model, ui).servers;
}

export function selectedType(model: Model, ui: UiState): string | null {
	const types = visibleTypes(model, ui);
	return ui.type !== null && types.includes(ui.type) ? ui.type : (types[0] ?? null);
}

/** Whether the cursor is on all servers that are shown, not on one. */
export function isOnAll(model: Model, ui: UiState): boolean {
	return ui.server === ALL_SERVERS && visibleServers(model, ui).length > 1;
}

/** The server under the cursor; null on all of them, and where there is none. */
export function selectedServer(model: Model, ui: UiState): ServerEntry | null {
	if (isOnAll(model, ui)) return null;
	const servers = visibleServers(model, ui);
	return servers.find(({ name }) => name === ui.server) ?? servers[0] ?? null;
}

/** The servers that the cursor means: one, or all that are shown. */
export function selectedServers(model: Model, ui: UiState): readonly ServerEntry[] {
	if (isOnAll(model, ui)) return visibleServers(model, ui);
	const server = selectedServer(model, ui);
	return server === null ? [] : [server];
}

/** The selected type on each of the servers that the cursor means. */
export function selectedCells(model: Model, ui: UiState): readonly Cell[] {
	const type = selectedType(model, ui);
	if (type === null) return [];
	return selectedServers(model, ui).map((server) => cellOf(model.state, server, type));
}

/** The type under the cursor on the one server there; null on all of them. */
export function selectedCell(model: Model, ui: UiState): Cell | null {
	const type = selectedType(model, ui);
	const server = selectedServer(model, ui);
	return type === null || server === null ? null : cellOf(model.state, server, type);
}

export function selectedInstance(model: Model, ui: UiState): InstanceObservation | null {
	const instances = selectedCell(model, ui)?.instances ?? [];
	return instances.find(({ name }) => name === ui.instance) ?? instances[0] ?? null;
}

/** Whether the instances pane, or a page about one instance, has the keys. */
export function meansInstance(ui: UiState): boolean {
	return ui.page === 'crash' || ui.page === 'backends' || (ui.page === 'deck' && ui.pane === 'instances');
}

/** Logs of more servers at once are only followed where they are asked for. */
export const MOST_FOLLOWED = 8;

function deckSources(model: Model, ui: UiState): readonly LogSource[] {
	const cells = selectedCells(model, ui);
	if (cells.length > MOST_FOLLOWED) return [];
	const instance = meansInstance(ui) ? selectedInstance(model, ui) : null;
	return cells.map(({ server, type }) => ({
		server: server.name,
		selectors: [{ type, index: instance?.index ?? null }],
	}));
}

/** Whose output the present screen shows. */
export function logSources(model: Model, ui: UiState): readonly LogSource[] {
	if (ui.page !== 'logs') return deckSources(model, ui);
	const { server, type, index } = ui.logs.scope;
	const names = server === null ? model.state.servers.map(({ name }) => name) : [server];
	return names.map((name) => ({ server: name, selectors: type === null ? [] : [{ type, index }] }));
}
