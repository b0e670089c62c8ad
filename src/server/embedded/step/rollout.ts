import { typeOf } from '../../plan/names.ts';
import { type Instance, liveProcess, type Rollout } from '../../plan/state.ts';
import type { Draft } from './draft.ts';
import { beginStop, startFresh } from './life.ts';
import { shouldRun } from './reconcile.ts';

/** A restart that somebody asked for: stops what runs, then starts it fresh. */
export function restartNow(draft: Draft, instance: Instance): void {
	if (liveProcess(instance) === null) startFresh(draft, instance);
	else beginStop(draft, instance, { kind: 'start' });
}

/** What waits for its turn in an earlier rolling restart gets it in this one. */
export function addRollout(draft: Draft, names: readonly string[], width: number): void {
	const earlier = draft.rollouts.map((rollout) => ({
		...rollout,
		pending: rollout.pending.filter((name) => !names.includes(name)),
	}));
	draft.rollouts = [...earlier, { pending: names, current: [], width }];
}

/** Moves every rolling restart on as far as it can go; those of one type come one after another. */
export function advanceRollouts(draft: Draft): void {
	const underWay: Rollout[] = [];
	for (const rollout of draft.rollouts) {
		const waits = underWay.some((earlier) => typeOfRollout(earlier) === typeOfRollout(rollout));
		const advanced = waits ? rollout : advance(draft, rollout);
		if (advanced.pending.length > 0 || advanced.current.length > 0) underWay.push(advanced);
	}
	if (draft.rollouts.length > 0) draft.rollouts = underWay;
}

function typeOfRollout({ pending, current }: Rollout): string | undefined {
	const name = current[0]?.name ?? pending[0];
	return name === undefined ? undefined : typeOf(name);
}

function advance(draft: Draft, rollout: Rollout): Rollout {
	const current = rollout.current.filter(
		({ name, starts }) => replacement(draft, name, starts) === 'under way',
	);
	const failed = rollout.current.some(({ name, starts }) => replacement(draft, name, starts) === 'failed');
	// The rest keeps working with what it has: better one broken instance than all of them.
	if (failed) return { ...rollout, pending: [], current };
	const pending = rollout.pending.filter((name) => isStillWanted(draft, name));
	while (current.length < rollout.width && pending.length > 0) {
		const instance = draft.instances.get(pending.shift()!)!;
		current.push({ name: instance.name, starts: instance.starts });
		restartNow(draft, instance);
	}
	return { ...rollout, pending, current };
}

function isStillWanted(draft: Draft, name: string): boolean {
	const instance = draft.instances.get(name);
	return instance !== undefined && shouldRun(draft, instance);
}

function replacement(draft: Draft, name: string, startsBefore: number): 'done' | 'failed' | 'under way' {
	const instance = draft.instances.get(name);
	if (instance === undefined) return 'done';
	const { phase } = instance;
	if (phase.kind === 'failed' || phase.kind === 'stuck') return 'failed';
	if (instance.starts === startsBefore) return phase.kind === 'idle' ? 'done' : 'under way';
	if (phase.kind === 'backoff') return 'failed';
	const settled =
		(phase.kind === 'running' && phase.settled) || phase.kind === 'ended' || phase.kind === 'idle';
	return settled ? 'done' : 'under way';
}
