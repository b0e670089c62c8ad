import { environmentValue, listPids } from '../../linux/proc.ts';
import { COOKIE_VARIABLE } from './spawner.ts';

/** Processes that carry a cookie of a stack, by the name of the instance that it names. */
export type Carriers = ReadonlyMap<string, readonly { readonly pid: number; readonly starts: number }[]>;

/**
 * Walks through /proc: some 20 microseconds a process.
 * @param cookie the part of the cookie that is common to all instances of a stack and server
 */
export function carriersOf(cookie: string): Carriers {
	const found = new Map<string, { pid: number; starts: number }[]>();
	for (const pid of listPids()) {
		// We may run within an instance ourselves.
		if (pid === process.pid) continue;
		const value = environmentValue(pid, COOKIE_VARIABLE);
		if (value === null || !value.startsWith(`${cookie}/`)) continue;
		const [, name = '', starts] = value.split('/');
		// A zombie has no environment left, so whatever shows one lives.
		found.set(name, [...(found.get(name) ?? []), { pid, starts: Number(starts) }]);
	}
	return found;
}
