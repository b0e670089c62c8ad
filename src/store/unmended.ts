import { wantedBackends } from '../model/backends.ts';
import type { BackendObservation } from '../model/balancer.ts';
import type { InstanceObservation, ServerObservation } from '../model/observed.ts';
import { type Stack, WEB_TYPE } from '../model/stack.ts';
import type { ConsoleState } from './console-store.ts';
import { perObject } from './derived.ts';
import { isReachable, serverNamed } from './selectors.ts';
import { backendKey, isAtWork } from './traffic.ts';

/**
 * What a change of web left behind, because whoever made it went away midway or did not know of the load balancer.
 * - `held`: a backend that is out of turn
 * - `surplus`: an instance beyond the wanted ones
 * - `left-out`: an instance that is wanted and is no backend
 * - `unwanted`: a backend that is no instance which is wanted
 */
export interface Leftover {
	readonly kind: 'held' | 'surplus' | 'left-out' | 'unwanted';
	readonly server: string;
	readonly instance: string;
}

/** Between the steps of a restart nothing is held for longer: one follows the other at once. */
const BETWEEN_STEPS_MS = 10_000;
/** So long an instance that is back may take to pass the health check, and a little more. */
const UNTIL_HEALTHY_MS = 40_000;
/** What a server allows an instance for coming up, beside its stop sequence and readiness check. */
const TIME_TO_SETTLE_MS = 60_000;
/** Of the clocks of two machines, and of what is told late. */
const MARGIN_MS = 10_000;

/**
 * What changes of web left behind. One that is under way looks the same for a moment, so nothing counts that somebody may
 * still be working on. The evidence for that is the server's history, which has an entry without an outcome while an
 * instance is replaced, together with one that is not up yet; and backends that drain. Between them there are only moments.
 */
export const leftoversOf: (state: ConsoleState) => readonly Leftover[] = perObject((state) => {
	if (!isAtWork(state.balancer)) return [];
	const isIdle = (server: string) => !isWorkedOn(state, server);
	const held = heldBackends(state).filter(({ server }) => isIdle(server));
	return [
		...held.map(({ server, instance }): Leftover => ({ kind: 'held', server, instance })),
		...state.servers.flatMap(({ name }) => (isIdle(name) ? leftOn(state, name) : [])),
	];
});

/** Whether a restart of web may be under way on a server. */
export function isWorkedOn(state: ConsoleState, server: string): boolean {
	return hasOpenChange(state, server) || isBeingDrained(state, server);
}

/** A change whose maker went away stays open for ever, but what it was about comes to rest. */
function hasOpenChange({ stack, now, servers }: ConsoleState, server: string): boolean {
	const observation = servers.find(({ name }) => name === server)?.observation;
	const ages = (observation?.history ?? []).flatMap((entry) => {
		const isOpen = entry.outcome === null && entry.server === server;
		return isOpen && (entry.type === WEB_TYPE || entry.type === null) ? [now - Date.parse(entry.at)] : [];
	});
	const age = Math.min(...ages);
	if (age >= longestStepMs(stack)) return false;
	return age < BETWEEN_STEPS_MS || (observation?.instances ?? []).some((each) => isOnItsWay(each, now));
}

/** Whether an instance of web is not up, or has been so for a moment only. */
function isOnItsWay({ type, state, startedAt }: InstanceObservation, now: number): boolean {
	if (type !== WEB_TYPE) return false;
	return state !== 'running' || now - Date.parse(startedAt ?? '') < BETWEEN_STEPS_MS;
}

/** A drain that takes longer than it may has nobody any more who would cut it. */
function isBeingDrained({ balancer, traffic, now }: ConsoleState, server: string): boolean {
	const drainMs = (balancer?.configuration?.settings.drainTimeoutMs ?? 0) + MARGIN_MS;
	return (balancer?.backends ?? []).some(
		(backend) =>
			backend.server === server &&
			backend.state === 'draining' &&
			now - (traffic.states.get(backendKey(backend))?.since ?? now) < drainMs,
	);
}

/** So long one instance may take to stop and be ready again: who waits longer is there no more. */
const longestStepMs: (stack: Stack) => number = perObject(({ processTypes }) => {
	const settings = processTypes.find(({ name }) => name === WEB_TYPE)?.settings;
	const stopMs = (settings?.stop ?? []).reduce((sum, { waitMs }) => sum + waitMs, 0);
	return TIME_TO_SETTLE_MS + stopMs + (settings?.ready?.timeoutMs ?? 0) + MARGIN_MS;
});

function heldBackends({ balancer, traffic, now }: ConsoleState): BackendObservation[] {
	return (balancer?.backends ?? []).filter(
		(backend) =>
			backend.state === 'held' &&
			now - (traffic.states.get(backendKey(backend))?.since ?? now) >= BETWEEN_STEPS_MS,
	);
}

/** Where nobody has worked for a while, what runs, what is wanted and what gets traffic is the same. */
function leftOn(state: ConsoleState, server: string): Leftover[] {
	const entry = serverNamed(state, server);
	const observation = entry?.observation ?? null;
	if (entry === null || observation === null || !isReachable(entry)) return [];
	const web = observation.types.find(({ type }) => type === WEB_TYPE);
	if (web === undefined || web.orphan || state.now - lastWorkAt(observation) < UNTIL_HEALTHY_MS) return [];
	const surplus = surplusInstances(observation, web.wanted, state.now);
	const of = (kind: Leftover['kind'], instances: readonly string[]) =>
		instances.map((instance): Leftover => ({ kind, server, instance }));
	if (observation.power !== 'up') return of('surplus', surplus);
	const wanted = wantedBackends(observation, '').map(({ instance }) => instance);
	const backends = (state.balancer?.configuration?.backends ?? [])
		.filter((backend) => backend.server === server)
		.map(({ instance }) => instance);
	const unwanted = backends.filter((name) => !wanted.includes(name) && !surplus.includes(name));
	return [
		...of('surplus', surplus),
		...of(
			'left-out',
			wanted.filter((name) => !backends.includes(name)),
		),
		...of('unwanted', unwanted),
	];
}

/** Instances of web that nobody wants, and that were not started just now. */
function surplusInstances({ instances }: ServerObservation, wanted: number, now: number): string[] {
	return instances
		.filter(
			({ type, index, state, startedAt }) =>
				type === WEB_TYPE &&
				index > wanted &&
				(state === 'running' || state === 'starting') &&
				now - Date.parse(startedAt ?? '') >= UNTIL_HEALTHY_MS,
		)
		.map(({ name }) => name);
}

/** When the last change of web there ended, in milliseconds since the epoch. */
function lastWorkAt({ history }: ServerObservation): number {
	const last = history.findLast(({ type }) => type === WEB_TYPE || type === null);
	return last === undefined ? 0 : Date.parse(last.at) + (last.tookMs ?? 0);
}
