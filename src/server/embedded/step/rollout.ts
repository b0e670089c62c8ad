import type { Draft } from './draft.ts';
import { beginStop, startFresh } from './life.ts';
import { type Instance, liveProcess, type Rollout } from './state.ts';

/** A restart that somebody asked for: stops what runs, then starts it fresh. */
export function restartNow(draft: Draft, instance: Instance): void {
	if (instance.phase.kind === 'spawning') return;
	if (liveProcess(instance) === null) startFresh(draft, instance);
	else beginStop(draft, instance, { kind: 'start' });
}

/** Moves every rolling restart on as far as it can go. */
export function advanceRollouts(draft: Draft): void {
	if (draft.rollouts.length === 0) return;
	draft.rollouts = draft.rollouts
		.map((rollout) => advance(draft, rollout))
		.filter((rollout) => rollout.pending.length > 0 || rollout.current.length > 0);
}

function advance(draft: Draft, rollout: Rollout): Rollout {
	const current = rollout.current.filter(
		({ name, starts }) => replacement(draft, name, starts) === 'under way',
	);
	const failed = rollout.current.some(({ name, starts }) => replacement(draft, name, starts) === 'failed');
	// The rest keeps working with what it has: better one broken instance than all of them.
	if (failed) return { ...rollout, pending: [], current };
	const pending = rollout.pending.filter((name) => draft.instances.has(name));
	while (current.length < rollout.width && pending.length > 0) {
		const instance = draft.instances.get(pending.shift()!)!;
		current.push({ name: instance.name, starts: instance.starts });
		restartNow(draft, instance);
	}
	return { ...rollout, pending, current };
}

function replacement(draft: Draft, name: string, startsBefore: number): 'done' | 'failed' | 'under way' {
	const instance = draft.instances.get(name);
	if (instance === undefined) return 'done';
	const { phase } = instance;
	if (phase.kind === 'failed') return 'failed';
	if (instance.starts === startsBefore) return phase.kind === 'idle' ? 'done' : 'under way';
	if (phase.kind === 'backoff') return 'failed';
	const settled =
		(phase.kind === 'running' && phase.settled) || phase.kind === 'ended' || phase.kind === 'idle';
	return settled ? 'done' : 'under way';
}
