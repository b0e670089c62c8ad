import type { InstanceObservation } from '../model/observed.ts';
import type { ServerEntry } from '../store/console-store.ts';
import type { LogSource } from '../store/intent.ts';
import { type Cell, cellOf, typeNames } from '../store/selectors.ts';
import type { Model } from './model.ts';
import type { UiState } from './ui.ts';

export function visibleTypes(model: Model, ui: UiState): readonly string[] {
	const wanted = ui.typeFilter.toLowerCase();
	return typeNames(model.state).filter((name) => name.toLowerCase().includes(wanted));
}

export function selectedType(model: Model, ui: UiState): string | null {
	const types = visibleTypes(model, ui);
	return ui.type !== null && types.includes(ui.type) ? ui.type : (types[0] ?? null);
}

export function selectedServer(model: Model, ui: UiState): ServerEntry | null {
	const { servers } = model.state;
	return servers.find(({ name }) => name === ui.server) ?? servers[0] ?? null;
}

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
	return ui.page === 'crash' || (ui.page === 'deck' && ui.pane === 'instances');
}

function deckSources(model: Model, ui: UiState): readonly LogSource[] {
	const cell = selectedCell(model, ui);
	if (cell === null) return [];
	const instance = meansInstance(ui) ? selectedInstance(model, ui) : null;
	return [{ server: cell.server.name, selectors: [{ type: cell.type, index: instance?.index ?? null }] }];
}

/** Whose output the present screen shows. */
export function logSources(model: Model, ui: UiState): readonly LogSource[] {
	if (ui.page !== 'logs') return deckSources(model, ui);
	const { server, type, index } = ui.logs.scope;
	const names = server === null ? model.state.servers.map(({ name }) => name) : [server];
	return names.map((name) => ({ server: name, selectors: type === null ? [] : [{ type, index }] }));
}
