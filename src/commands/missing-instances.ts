import type { Selector } from '../model/change.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { Server } from '../server/server.ts';
import { snapshotsOf } from '../session/snapshot.ts';

/** Why there is nothing of the instances that are named: none of these servers has them; null: one does, or may. */
export async function missingInstances(
	servers: readonly Server[],
	selectors: readonly Selector[],
): Promise<string | null> {
	if (selectors.length === 0 || selectors.some(({ index }) => index === null)) return null;
	const { observations, unreachable } = await snapshotsOf(servers);
	if (unreachable.length > 0) return null;
	const [missing] = selectors;
	const isThere = selectors.some((selector) => observations.some((seen) => has(seen, selector)));
	return isThere || missing === undefined ? null : missingInstance(missing, observations);
}

function has(seen: ServerObservation, { type, index }: Selector): boolean {
	const isPresent = seen.instances.some((instance) => instance.type === type && instance.index === index);
	return isPresent || (index ?? 0) <= countOf(seen, type);
}

function countOf({ types }: ServerObservation, type: string): number {
	const found = types.find((each) => each.type === type);
	return found?.paused ?? found?.wanted ?? 0;
}

function missingInstance({ type, index }: Selector, observations: readonly ServerObservation[]): string {
	const counts = observations.map((seen) => `${seen.name} has ${countOf(seen, type)}`).join(', ');
	return `there is no ${type}.${index}, and no log of it: of ${type} ${counts}`;
}
