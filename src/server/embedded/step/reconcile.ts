import { admittedOf, type Instance, isHeld, isInStop, liveProcess, newInstance } from '../../plan/state.ts';
import type { Draft } from './draft.ts';
import { beginStop, followStopBy, startFresh } from './life.ts';

/** Whether the formation wants this instance to run now. */
export function shouldRun(draft: Draft, instance: Pick<Instance, 'name' | 'type' | 'index'>): boolean {
	const { formation } = draft;
	return (
		formation.power === 'up' &&
		instance.index <= admittedOf(formation, instance.type) &&
		!isHeld(formation, instance.name)
	);
}

/** Brings what runs to what should run. */
export function reconcile(draft: Draft): void {
	addWanted(draft);
	for (const instance of draft.instances.values()) {
		if (shouldRun(draft, instance)) run(draft, instance);
		else rest(draft, instance);
	}
}

function addWanted(draft: Draft): void {
	for (const type of draft.definitions.keys()) {
		const admitted = admittedOf(draft.formation, type);
		for (let index = 1; index <= admitted; index++) {
			const name = `${type}.${index}`;
			if (!draft.instances.has(name)) draft.set(newInstance(draft.formation, type, index));
		}
	}
}

function run(draft: Draft, instance: Instance): void {
	const { phase } = instance;
	// A type that left the Procfile goes on while it runs, but is not begun again.
	if (phase.kind === 'idle' && isOrphan(draft, instance)) draft.remove(instance.name);
	else if (phase.kind === 'idle') startFresh(draft, instance);
	// Wanted again before it was gone.
	else if (isInStop(phase) && phase.after.kind === 'idle')
		followStopBy(draft, instance, phase, { kind: 'start' });
}

function rest(draft: Draft, instance: Instance): void {
	const { phase } = instance;
	const surplus = instance.index > admittedOf(draft.formation, instance.type);
	if (isInStop(phase)) {
		if (phase.after.kind !== 'idle') followStopBy(draft, instance, phase, { kind: 'idle' });
	} else if (liveProcess(instance) !== null) {
		beginStop(draft, instance, { kind: 'idle' });
	} else if (phase.kind !== 'spawning') {
		if (surplus || isOrphan(draft, instance)) draft.remove(instance.name);
		else if (phase.kind !== 'idle' && phase.kind !== 'failed') draft.enter(instance, { kind: 'idle' });
	}
}

function isOrphan(draft: Draft, instance: Instance): boolean {
	return !draft.definitions.has(instance.type);
}
