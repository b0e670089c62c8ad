import { inject } from 'vitest';
import { Fleet } from './machinery/fleet.ts';
import type { Host } from './machinery/host.ts';

/** The fleet of this lane: web1, web2 and jobs1. Files that run one after another share it. */
export function sharedFleet(): Fleet {
	const record = inject('fleets')[Number(process.env.VITEST_POOL_ID) - 1];
	if (record === undefined) throw new Error('There is no fleet for this worker of the test runner.');
	return new Fleet(record);
}

/** One of its hosts: `web1`, `web2` or `jobs1`. */
export function fleetHost(name: string): Host {
	return sharedFleet().host(name);
}
