import type { ServerEntry } from '../store/console-store.ts';
import { derived } from '../store/derived.ts';
import { type ServerOrder, worstFirst } from '../store/standing.ts';
import { shownBy } from './filter.ts';
import type { Model } from './model.ts';
import type { UiState } from './ui.ts';

/** From this width on the logs stand beside everything else. */
export const WIDE = 160;

/** Cells of a matrix whose columns all fit: the names and the sums, and a column for each server. */
function matrixWidth(servers: number): number {
	return 22 + 16 * servers;
}

/** The width of formation and instances: all of it, or what is left of the logs. */
export function deckWidth({ state }: Model, width: number): number {
	if (width < WIDE) return width;
	return Math.min(120, Math.max(94, matrixWidth(state.servers.length)));
}

/** Whether servers are rows of a list, and not columns of a matrix. */
export function showsList(model: Model, ui: UiState, width: number): boolean {
	const { length } = model.state.servers;
	if (length < 2) return false;
	if (ui.arrangement !== 'auto') return ui.arrangement === 'list';
	return matrixWidth(length) > deckWidth(model, width);
}

/** Milliseconds without a key after which rows go where they stand. */
const KEPT_MS = 30_000;

function isKept({ state }: Model, ui: UiState): boolean {
	if (ui.kept === null || ui.page !== 'deck' || ui.pane !== 'formation') return false;
	return ui.sheet !== null || ui.prompt !== null || state.now < ui.kept.until;
}

function presentOrder(model: Model, ui: UiState): ServerOrder {
	return ui.kept !== null && isKept(model, ui) ? ui.kept.order : worstFirst(model.state);
}

/** Keeps the rows of the list in their places while keys are pressed there: what changes would jump from under the cursor. */
export function keepPlaces(model: Model, ui: UiState): UiState {
	return { ...ui, kept: { order: presentOrder(model, ui), until: model.state.now + KEPT_MS } };
}

const byName: (servers: readonly ServerEntry[]) => ReadonlyMap<string, ServerEntry> = derived(
	(servers) => [servers],
	(servers) => new Map(servers.map((server) => [server.name, server])),
);

/** The servers of the list in their order. */
export interface ListedServers {
	readonly servers: readonly ServerEntry[];
	/** How many of them, from the first on, are not as wanted. */
	readonly deviating: number;
	/** Whether they are not where they stand now, because keys are pressed there. */
	readonly isKept: boolean;
}

export function listedServers(model: Model, ui: UiState): ListedServers {
	const { names, deviating } = presentOrder(model, ui);
	const present = worstFirst(model.state).names;
	const isKept = names.some((name, position) => present[position] !== name);
	const known = byName(model.state.servers);
	if (ui.filter === '') return { servers: names.flatMap((name) => known.get(name) ?? []), deviating, isKept };
	const shown = new Set(shownBy(model, ui).servers);
	const passing = (some: readonly string[]) =>
		some.flatMap((name) => {
			const server = known.get(name);
			return server !== undefined && shown.has(server) ? [server] : [];
		});
	const upper = passing(names.slice(0, deviating));
	return {
		servers: [...upper, ...passing(names.slice(deviating))],
		deviating: upper.length,
		isKept,
	};
}
