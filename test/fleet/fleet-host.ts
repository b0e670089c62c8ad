import { inject } from 'vitest';
import { Fleet } from './machinery/fleet.ts';
import type { Host } from './machinery/host.ts';

/** The fleet that all tests share: web1, web2 and jobs1. */
export function sharedFleet(): Fleet {
	return new Fleet(inject('fleet'));
}

/** One of its hosts: `web1`, `web2` or `jobs1`. */
export function fleetHost(name: string): Host {
	return sharedFleet().host(name);
}
