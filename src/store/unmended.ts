import type { BackendObservation } from '../model/balancer.ts';
import type { InstanceObservation, ServerObservation } from '../model/observed.ts';
import { type Stack, WEB_TYPE } from '../model/stack.ts';
import type { ConsoleState } from './console-store.ts';
import { perObject } from './derived.ts';
import { isReachable, serverNamed } from './selectors.ts';
import { backendKey, isAtWork } from './traffic.ts';

/** What a restart of web left behind, because whoever made it went away midway. */
export type Leftover =
	/** A backend that is out of turn. */
	| { readonly kind: 'held'; readonly server: string; readonly instance: string }
	/** An instance beyond the wanted ones. */
	| { readonly kind: 'surplus'; readonly server: string; readonly instance: string };

/** Between the steps of a restart nothing is held for longer: one follows the other at once. */
const BETWEEN_STEPS_MS = 10_000;
/** So long an instance that is back may take to pass the health check, and a little more. */
const UNTIL_HEALTHY_MS = 40_000;
/** What a server allows an instance for coming up, beside its stop sequence and readiness check. */
const TIME_TO_SETTLE_MS = 60_000;
/** Of the clocks of two machines, and of what is told late. */
const MARGIN_MS = 10_000;

/**
 * What restarts of web left behind. One that is under way looks the same for a moment, so nothing counts that somebody may
 * still be working on. The evidence for that is the server's history, which has an entry without an outcome while an
 * instance is replaced, together with one that is not up yet; and backends that drain. Between them there are only moments.
 */
export const leftoversOf: (state: ConsoleState) => readonly Leftover[] = perObject((state) => {
	if (!isAtWork(state.balancer)) return [];
	const isIdle = (server: string) => !isWorkedOn(state, server);
	const held = heldBackends(state).filter(({ server }) => isIdle(server));
	const surplus = state.servers.flatMap(({ name }) =>
		isIdle(name)
			? surplusInstances(state, name).map(({ name: instance }) => ({ server: name, instance }))
			: [],
	);
	return [
		...held.map(({ server, instance }): Leftover => ({ kind: 'held', server, instance })),
		...surplus.map((each): Leftover => ({ kind: 'surplus', ...each })),
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

/** Instances of web that nobody wants, and that were not started or worked beside just now. */
function surplusInstances(state: ConsoleState, server: string): InstanceObservation[] {
	const entry = serverNamed(state, server);
	const observation = entry?.observation ?? null;
	if (entry === null || observation === null || !isReachable(entry)) return [];
	const web = observation.types.find(({ type }) => type === WEB_TYPE);
	if (web === undefined || web.orphan || state.now - lastWorkAt(observation) < UNTIL_HEALTHY_MS) return [];
	return observation.instances.filter(
		({ type, index, state: is, startedAt }) =>
			type === WEB_TYPE &&
			index > web.wanted &&
			(is === 'running' || is === 'starting') &&
			state.now - Date.parse(startedAt ?? '') >= UNTIL_HEALTHY_MS,
	);
}

/** When the last change of web there ended, in milliseconds since the epoch. */
function lastWorkAt({ history }: ServerObservation): number {
	const last = history.findLast(({ type }) => type === WEB_TYPE || type === null);
	return last === undefined ? 0 : Date.parse(last.at) + (last.tookMs ?? 0);
}
