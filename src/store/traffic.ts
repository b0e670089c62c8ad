import type {
	BackendObservation,
	BackendState,
	BalancerConfiguration,
	BalancerObservation,
} from '../model/balancer.ts';
import { perObject } from './derived.ts';

/** What a load balancer counts of a backend since it started, or what it counted in between. */
interface Counts {
	readonly requests: number;
	readonly errors: number;
}

type CountsByBackend = ReadonlyMap<string, Counts>;

/** What was counted between two looks at the counters. */
interface Interval {
	/** Milliseconds since the epoch. */
	readonly endsAt: number;
	readonly lastedMs: number;
	readonly counted: CountsByBackend;
}

/** What the console has seen of web traffic while it was open. */
export interface Traffic {
	/** Oldest first, of the last minute. */
	readonly intervals: readonly Interval[];
	/** The counters at the last look; null before the first. */
	readonly last: { readonly at: number; readonly counters: CountsByBackend } | null;
	/** The state of each backend, and since when this console has known it to be in it. */
	readonly states: ReadonlyMap<string, { readonly state: BackendState; readonly since: number }>;
}

export const NO_TRAFFIC: Traffic = { intervals: [], last: null, states: new Map() };

/** A second, less the jitter of what comes once a second. */
const LEAST_APART_MS = 900;
/** Counters come once a second when they change: so long without them, and there was nothing to count. */
const QUIET_MS = 2_000;
/** What was counted while nobody looked cannot be said to be of any moment. */
const LONGEST_INTERVAL_MS = 10_000;
const KEPT_MS = 60_000;

/** What a backend is known by here. */
export function backendKey({ server, instance }: Pick<BackendObservation, 'server' | 'instance'>): string {
	return `${server} ${instance}`;
}

/** What a load balancer that is set up reports. */
export interface SetUp extends BalancerObservation {
	readonly configuration: BalancerConfiguration;
}

/** Whether what is reported is what goes on now. */
export function isAtWork(balancer: BalancerObservation | null): balancer is SetUp {
	return balancer !== null && balancer.connection === 'connected' && balancer.configuration !== null;
}

function isOther(before: BalancerObservation | null, now: BalancerObservation | null): boolean {
	return before?.server !== now?.server || before?.kind !== now?.kind;
}

/**
 * Takes in what a load balancer reports.
 * @param before what it reported until now
 * @param now milliseconds since the epoch
 */
export function withReport(
	traffic: Traffic,
	before: BalancerObservation | null,
	report: BalancerObservation | null,
	now: number,
): Traffic {
	const known = isOther(before, report) ? NO_TRAFFIC : traffic;
	if (!isAtWork(report)) return known;
	const { backends, asOf } = report;
	// What it reports may have been so a moment ago.
	return withCounters({ ...known, states: statesAt(known, backends, now) }, backends, Date.parse(asOf));
}

/** Takes in that time has passed: where no news came nothing was counted. */
export function withTime(traffic: Traffic, balancer: BalancerObservation | null, now: number): Traffic {
	const isQuiet = traffic.last !== null && now - traffic.last.at >= QUIET_MS;
	return isQuiet && isAtWork(balancer) ? withCounters(traffic, balancer.backends, now) : traffic;
}

function statesAt(
	{ states }: Traffic,
	backends: readonly BackendObservation[],
	now: number,
): Traffic['states'] {
	return new Map(
		backends.map((backend) => {
			const key = backendKey(backend);
			const { state } = backend;
			const before = states.get(key);
			return [key, before?.state === state ? before : { state, since: now }];
		}),
	);
}

/** @param now when these were the counters, in milliseconds since the epoch */
function withCounters(traffic: Traffic, backends: readonly BackendObservation[], now: number): Traffic {
	const { last } = traffic;
	const passed = last === null ? 0 : now - last.at;
	if (last !== null && passed >= 0 && passed < LEAST_APART_MS) return traffic;
	const counters = new Map(
		backends.map((backend) => {
			const { requests, errors } = backend;
			return [backendKey(backend), { requests, errors }];
		}),
	);
	const intervals = traffic.intervals.filter(({ endsAt }) => endsAt <= now && endsAt > now - KEPT_MS);
	if (last !== null && passed > 0 && passed <= LONGEST_INTERVAL_MS)
		intervals.push({ endsAt: now, lastedMs: passed, counted: countedBetween(last.counters, counters) });
	return { ...traffic, intervals, last: { at: now, counters } };
}

function countedBetween(before: CountsByBackend, now: CountsByBackend): CountsByBackend {
	return new Map(
		[...now].map(([key, counts]) => {
			const { requests, errors } = before.get(key) ?? { requests: 0, errors: 0 };
			return [key, { requests: since(requests, counts.requests), errors: since(errors, counts.errors) }];
		}),
	);
}

/** A counter that has become less has begun anew, with its load balancer. */
function since(before: number, now: number): number {
	return now < before ? now : now - before;
}

/** How much traffic there is. */
export interface Flow {
	/** Requests per second, of late. */
	readonly requests: number;
	/** Requests per second over the last minute, oldest first. */
	readonly trend: readonly number[];
	/** In the last minute. */
	readonly errors: number;
}

export interface Flows {
	readonly total: Flow;
	readonly byServer: ReadonlyMap<string, Flow>;
	/** By {@link backendKey}. */
	readonly byBackend: ReadonlyMap<string, Flow>;
}

/** How much traffic there is, with all and with each server and backend; null: not known yet. */
export const flowsOf: (traffic: Traffic) => Flows | null = perObject(({ intervals, last }) => {
	if (last === null || intervals.length === 0) return null;
	const keys = [...last.counters.keys()];
	const byServer = Map.groupBy(keys, (key) => key.slice(0, key.indexOf(' ')));
	return {
		total: flowOf(intervals, null),
		byServer: new Map([...byServer].map(([server, own]) => [server, flowOf(intervals, own)])),
		byBackend: new Map(keys.map((key) => [key, flowOf(intervals, [key])])),
	};
});

/** @param keys of some backends; null: all, those that are gone too */
function flowOf(intervals: readonly Interval[], keys: readonly string[] | null): Flow {
	let errors = 0;
	const trend = intervals.map(({ counted, lastedMs }) => {
		let requests = 0;
		for (const key of keys ?? counted.keys()) {
			requests += counted.get(key)?.requests ?? 0;
			errors += counted.get(key)?.errors ?? 0;
		}
		return requests / (lastedMs / 1000);
	});
	return { requests: trend.at(-1) ?? 0, trend, errors };
}
