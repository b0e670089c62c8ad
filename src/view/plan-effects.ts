import type { Selector } from '../model/change.ts';
import type { InstanceObservation } from '../model/observed.ts';
import type { ConsoleState } from '../store/console-store.ts';
import { serverNamed, typeNames } from '../store/selectors.ts';
import type { Plan } from './ui.ts';

/** What a change means to instances: those that run, and those that do not. */
export interface Affected {
	readonly running: readonly InstanceObservation[];
	readonly idle: readonly InstanceObservation[];
	/** The process types that `stop` holds as a whole. */
	readonly heldTypes: readonly string[];
}

function matches(selectors: readonly Selector[], instance: InstanceObservation): boolean {
	if (selectors.length === 0) return true;
	return selectors.some(
		({ type, index }) => type === instance.type && (index ?? instance.index) === instance.index,
	);
}

/** The instances on `servers` that the selectors mean. */
export function affected(
	state: ConsoleState,
	servers: readonly string[],
	selectors: readonly Selector[],
): Affected {
	const observations = servers.flatMap((name) => serverNamed(state, name)?.observation ?? []);
	const meant = observations
		.flatMap(({ instances }) => instances)
		.filter((instance) => matches(selectors, instance));
	const held = observations
		.flatMap(({ types }) => types)
		.filter(({ type, stopped, wanted }) => {
			const isMeant = selectors.length === 0 || selectors.some((selector) => selector.type === type);
			return stopped && wanted > 0 && isMeant;
		});
	return {
		running: meant.filter(({ pid }) => pid !== null),
		idle: meant.filter(({ pid }) => pid === null),
		heldTypes: [...new Set(held.map(({ type }) => type))],
	};
}

export function typesOf(instances: readonly InstanceObservation[]): readonly string[] {
	return [...new Set(instances.map(({ type }) => type))];
}

const MOST_NAMED = 3;

/** `web, worker, mailer, +19 more` */
export function listed(words: readonly string[]): string {
	const more = words.length - MOST_NAMED;
	return [...words.slice(0, MOST_NAMED), ...(more > 0 ? [`+${more} more`] : [])].join(', ');
}

/** `worker.1 .. worker.4` of one type, `22 types: web, worker, …` of several. */
export function names(instances: readonly InstanceObservation[]): string {
	const types = typesOf(instances);
	if (types.length > MOST_NAMED) return `${types.length} types: ${types.join(', ')}`;
	if (types.length > 1) return types.join(', ');
	const all = instances.map(({ name }) => name);
	return all.length <= MOST_NAMED ? all.join(', ') : `${all[0]} .. ${all.at(-1)}`;
}

/** As {@link names}; over several servers how many of each type, because names repeat there. */
export function namesOver(servers: readonly string[], instances: readonly InstanceObservation[]): string {
	if (servers.length < 2) return names(instances);
	const types = typesOf(instances);
	return types.length > 1
		? `${instances.length} of ${types.length} types`
		: `${instances.length} of ${types.join()}`;
}

/** The process types that keep running as they are, in one line. */
export function untouched(state: ConsoleState, touched: readonly string[]): Plan['effects'] {
	const rest = typeNames(state).filter((type) => !touched.includes(type));
	return rest.length === 0 ? [] : [{ what: listed(rest), effect: 'unchanged', pids: 'pids stay' }];
}
