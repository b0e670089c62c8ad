import type { Backend } from './balancer.ts';
import type { Selector, SupervisorChange } from './change.ts';
import { lookUp } from './look-up.ts';
import type { InstanceObservation, ServerObservation } from './observed.ts';
import { WEB_TYPE } from './stack.ts';

/** An instance, as far as it matters here. */
type Named = Pick<InstanceObservation, 'type' | 'index'>;

/** How many instances of the web type are to run on a server now. */
export function webCount({ power, types }: Pick<ServerObservation, 'power' | 'types'>): number {
	const web = types.find(({ type }) => type === WEB_TYPE);
	return power !== 'up' || web === undefined || web.stopped ? 0 : web.wanted;
}

/**
 * The instances of the web type that are to get traffic on a server: all that are to run and have a port. Whether one
 * does run and is ready is the balancer's to find out.
 * @param address where the balancer reaches them
 */
export function wantedBackends(observation: ServerObservation, address: string): Backend[] {
	const count = webCount(observation);
	return observation.instances.flatMap(({ name, type, index, port, held }) =>
		type === WEB_TYPE && index <= count && !held && port !== null
			? [{ server: observation.name, instance: name, address, port }]
			: [],
	);
}

/** Whether a change is about the web type, among others or alone. */
export function concernsWeb(change: SupervisorChange): boolean {
	switch (change.verb) {
		case 'scale':
			return change.targets.some(({ type }) => type === WEB_TYPE);
		case 'start':
		case 'stop':
		case 'restart':
			return change.selectors.length === 0 || change.selectors.some(({ type }) => type === WEB_TYPE);
		case 'pause':
		case 'resume':
			return change.types.length === 0 || change.types.includes(WEB_TYPE);
		case 'surge':
			return change.type === WEB_TYPE;
		case 'down':
			return true;
	}
}

/** Whether a change ends an instance of the web type for good, so that it must have no traffic before. */
export function endsWeb(
	change: SupervisorChange,
	observation: ServerObservation,
): (instance: Named) => boolean {
	const isOver = (count: number) => (instance: Named) => instance.index > count;
	switch (change.verb) {
		case 'scale':
			return isOver(countAfter(change, webCount(observation)));
		case 'start':
			return change.formation === null ? () => false : isOver(lookUp(change.formation, WEB_TYPE) ?? 0);
		case 'stop':
			return (instance) => isSelected(change.selectors, instance);
		case 'pause':
			return () => concernsWeb(change);
		case 'down':
			return () => true;
		default:
			return () => false;
	}
}

function countAfter({ targets }: SupervisorChange & { verb: 'scale' }, count: number): number {
	const target = targets.findLast(({ type }) => type === WEB_TYPE);
	if (target === undefined) return count;
	return 'to' in target ? target.to : count + target.by;
}

/** No selector means everything. */
export function isSelected(selectors: readonly Selector[], { type, index }: Named): boolean {
	if (selectors.length === 0) return true;
	return selectors.some((selector) => selector.type === type && (selector.index ?? index) === index);
}
