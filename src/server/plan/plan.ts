import type { SupervisorChange } from '../../model/change.ts';
import type { SupervisorState } from './state.ts';
import { pause, resume, scale } from './verbs/counts.ts';
import { stop } from './verbs/hold.ts';
import type { Plan, PlanContext } from './verbs/planned.ts';
import { down, setUp, start } from './verbs/power.ts';
import { restart } from './verbs/restart.ts';
import { surge } from './verbs/surge.ts';

export type { Plan, PlanContext, PlannedRestart, PlannedRow } from './verbs/planned.ts';

/**
 * What a verb makes of the formation, and what has to become true.
 * @throws ProcdeckError `unknown-type` or `limit`: then nothing is changed
 */
export function plan(state: SupervisorState, change: SupervisorChange, context: PlanContext): Plan {
	if (state.formation.power === 'up') return planFor(state, change, context);
	// What is shown of a stack that was never set up are its initial counts, so they are what a verb begins with.
	const formation = setUp(state.formation, context.initial);
	const planned = planFor({ ...state, formation }, change, context);
	return planned.formation === formation ? { ...planned, formation: state.formation } : planned;
}

function planFor(state: SupervisorState, change: SupervisorChange, context: PlanContext): Plan {
	switch (change.verb) {
		case 'scale':
			return scale(state, change.targets, context);
		case 'start':
			return start(state, change, context);
		case 'stop':
			return stop(state, change.selectors, context);
		case 'pause':
			return pause(state, change.types, context);
		case 'resume':
			return resume(state, change.types, context);
		case 'restart':
			return restart(state, change, context);
		case 'surge':
			return surge(state, change, context);
		case 'down':
			return down(state);
	}
}
