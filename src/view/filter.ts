import type { ServerEntry } from '../store/console-store.ts';
import { typeNames } from '../store/selectors.ts';
import type { Model } from './model.ts';
import type { UiState } from './ui.ts';

/** What of the deck passes the filter. */
export interface Shown {
	readonly types: readonly string[];
	readonly servers: readonly ServerEntry[];
}

function having(names: readonly string[], words: readonly string[]): readonly string[] {
	return words.filter((word) => names.some((name) => name.toLowerCase().includes(word)));
}

function passing<T>(
	items: readonly T[],
	nameOf: (item: T) => string,
	words: readonly string[],
): readonly T[] {
	if (words.length === 0) return items;
	return items.filter((item) => words.some((word) => nameOf(item).toLowerCase().includes(word)));
}

/**
 * The types and servers that have one of the words of the filter. A word that only types have leaves all servers there,
 * and the other way round: `worker jobs` is the workers of all servers called so.
 */
export function shownBy({ state }: Model, { filter }: UiState): Shown {
	const types = typeNames(state);
	const { servers } = state;
	if (filter === '') return { types, servers };
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	const ofTypes = having(types, words);
	const ofServers = having(
		servers.map(({ name }) => name),
		words,
	);
	const isUnknown = words.some((word) => !ofTypes.includes(word) && !ofServers.includes(word));
	if (isUnknown) return { types: [], servers };
	return {
		types: passing(types, (type) => type, ofTypes),
		servers: passing(servers, ({ name }) => name, ofServers),
	};
}
