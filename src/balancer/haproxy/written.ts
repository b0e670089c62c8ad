import type { Backend, BalancerAlgorithm, BalancerSettings } from '../../model/balancer.ts';
import type { BalancerMachine, Written } from './configuration-text.ts';

type Guard<T> = (value: unknown) => value is T;

const isText: Guard<string> = (value) => typeof value === 'string';
const isNumber: Guard<number> = (value) => typeof value === 'number';
const isFlag: Guard<boolean> = (value) => typeof value === 'boolean';

function orNull<T>(guard: Guard<T>): Guard<T | null> {
	return (value): value is T | null => value === null || guard(value);
}

function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
	return (value): value is readonly T[] => Array.isArray(value) && value.every((each) => guard(each));
}

function recordOf<T>(guard: Guard<T>): Guard<Readonly<Record<string, T>>> {
	return (value): value is Readonly<Record<string, T>> =>
		typeof value === 'object' && value !== null && Object.values(value).every((each) => guard(each));
}

function shape<T>(guards: { readonly [Key in keyof T]: Guard<T[Key]> }): Guard<T> {
	return (value): value is T => {
		if (typeof value !== 'object' || value === null) return false;
		return Object.entries<Guard<unknown>>(guards).every(([key, guard]) =>
			guard((value as Record<string, unknown>)[key]),
		);
	};
}

const ALGORITHMS: readonly unknown[] = ['leastconn', 'roundrobin', 'source'] satisfies BalancerAlgorithm[];

const isSettings = shape<BalancerSettings>({
	port: isNumber,
	healthCheck: isText,
	algorithm: (value): value is BalancerAlgorithm => ALGORITHMS.includes(value),
	sticky: isFlag,
	drainTimeoutMs: isNumber,
	certificate: orNull(isText),
});

const isBackend = shape<Backend>({ server: isText, instance: isText, address: isText, port: isNumber });

const isMachine = shape<BalancerMachine>({
	socket: isText,
	user: orNull(isText),
	hasIpv6: isFlag,
	addresses: recordOf(isText),
});

const isWritten = shape<Written>({
	configuration: shape({ settings: isSettings, serving: recordOf(isFlag), backends: listOf(isBackend) }),
	machine: isMachine,
});

/** What a line of JSON says; null where it says something else, since anybody may have edited it. */
export function asWritten(json: string): Written | null {
	try {
		const value: unknown = JSON.parse(json);
		return isWritten(value) ? value : null;
	} catch {
		return null;
	}
}
