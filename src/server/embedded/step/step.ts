import type { LastExit } from '../../../model/observed.ts';
import { deadlineOf, type Instance, isInStop, liveProcess, type SupervisorState } from '../../plan/state.ts';
import { Draft } from './draft.ts';
import type { Clock, Effect, SupervisorEvent } from './events.ts';
import {
	becameReady,
	beginStop,
	exitedByItself,
	keptRunning,
	spawned,
	spawnFailed,
	startAgain,
	stopped,
	stopWaitOver,
	stuck,
} from './life.ts';
import { reconcile } from './reconcile.ts';
import { addRollout, advanceRollouts, restartNow } from './rollout.ts';

/**
 * The supervisor's decisions: what the events make of the state, and what is to be done about it.
 * Pure: the same state, events and clock always give the same answer, and nothing else is read or written.
 */
export function step(
	before: SupervisorState,
	events: readonly SupervisorEvent[],
	clock: Clock,
): { state: SupervisorState; effects: readonly Effect[] } {
	const draft = new Draft(before, clock);
	for (const event of events) take(draft, event);
	reconcile(draft);
	advanceRollouts(draft);
	return { state: draft.finish(), effects: draft.effects };
}

function take(draft: Draft, event: SupervisorEvent): void {
	if (event.kind === 'defined') {
		draft.definitions = new Map(event.definitions.map((definition) => [definition.type, definition]));
		draft.formation = { ...draft.formation, ports: event.ports };
	} else if (event.kind === 'formation') {
		draft.formation = event.formation;
	} else if (event.kind === 'restart') {
		restart(draft, event.names, event.width);
	} else {
		const instance = draft.instances.get(event.name);
		if (instance === undefined) return;
		if ('starts' in event && event.starts !== instance.starts) return;
		takeForInstance(draft, instance, event);
	}
}

type InstanceEvent = Exclude<SupervisorEvent, { kind: 'defined' | 'formation' | 'restart' }>;

function takeForInstance(draft: Draft, instance: Instance, event: InstanceEvent): void {
	switch (event.kind) {
		case 'spawned':
			spawned(draft, instance, event.process);
			break;
		case 'spawn-failed':
			spawnFailed(draft, instance, event.reason);
			break;
		case 'ready':
			becameReady(draft, instance);
			break;
		case 'exited':
			exited(draft, instance, event);
			break;
		case 'gone':
			stopped(draft, instance);
			break;
		case 'stuck':
			stuck(draft, instance, event.reason);
			break;
		case 'memory-over':
			endAsCrash(draft, instance, 'memory_max');
			break;
		case 'elapsed':
			elapsed(draft, instance);
			break;
	}
}

function restart(draft: Draft, names: readonly string[], width: number | null): void {
	if (width !== null) {
		addRollout(draft, names, width);
		return;
	}
	for (const name of names) {
		const instance = draft.instances.get(name);
		if (instance !== undefined) restartNow(draft, instance);
	}
}

function exited(draft: Draft, instance: Instance, event: Extract<SupervisorEvent, { kind: 'exited' }>): void {
	const exit: LastExit = {
		code: event.code,
		signal: event.signal,
		at: new Date(draft.clock.wall).toISOString(),
	};
	// While it stops, its leader's exit is only noted: the stop is over when the whole tree is gone.
	if (isInStop(instance.phase)) draft.enter(instance, { ...instance.phase, exit });
	else exitedByItself(draft, instance, exit, event.treeLeft);
}

function endAsCrash(draft: Draft, instance: Instance, reason: string): void {
	if (liveProcess(instance) === null || isInStop(instance.phase)) return;
	const at = new Date(draft.clock.wall).toISOString();
	beginStop(draft, instance, { kind: 'crash', exit: { code: null, signal: null, at, reason } });
}

function elapsed(draft: Draft, instance: Instance): void {
	const deadline = deadlineOf(instance);
	if (deadline === null || draft.clock.mono < deadline) return;
	switch (instance.phase.kind) {
		case 'starting':
			endAsCrash(draft, instance, notReadyReason(draft, instance));
			break;
		case 'running':
			keptRunning(draft, instance);
			break;
		case 'stopping':
			stopWaitOver(draft, instance);
			break;
		case 'backoff':
			startAgain(draft, instance);
			break;
	}
}

function notReadyReason(draft: Draft, instance: Instance): string {
	const timeoutMs = draft.definitions.get(instance.type)?.settings.ready?.timeoutMs ?? 0;
	return `not ready in ${timeoutMs / 1000} s`;
}
