import type { TestProject } from 'vitest/node';
import { bootFleet } from './machinery/fleet.ts';
import type { FleetRecord } from './machinery/records.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		fleet: FleetRecord;
	}
}

/** Boots the hosts that all tests share; they go with the test runner, however it ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const fleet = await bootFleet(['web1', 'web2', 'jobs1']);
	project.provide('fleet', fleet.record);
	return () => fleet.remove();
}
