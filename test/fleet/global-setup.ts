import type { TestProject } from 'vitest/node';
import { bootFleet, type Fleet } from './machinery/fleet.ts';
import type { FleetRecord } from './machinery/records.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		/** One for each file that may run at the same time. */
		fleets: readonly FleetRecord[];
	}
}

const HOSTS = ['web1', 'web2', 'jobs1'];

/** Boots the hosts that the tests use; they go with the test runner, however it ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const fleets: Fleet[] = [];
	// The first one makes the image, if there is none.
	for (let lane = 0; lane < project.vitest.config.maxWorkers; lane++) fleets.push(await bootFleet(HOSTS));
	project.provide(
		'fleets',
		fleets.map(({ record }) => record),
	);
	return async () => void (await Promise.all(fleets.map((fleet) => fleet.remove())));
}
