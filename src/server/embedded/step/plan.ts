import type { Change } from '../../../model/change.ts';
import type { SupervisorState } from './state.ts';
import { pause, resume, scale } from './verbs/counts.ts';
import { stop } from './verbs/hold.ts';
import type { Plan, PlanContext } from './verbs/planned.ts';
import { down, start } from './verbs/power.ts';
import { restart } from './verbs/restart.ts';

export type { Plan, PlanContext, PlannedRestart, PlannedRow } from './verbs/planned.ts';

/**
 * What a verb makes of the formation, and what has to become true.
 * @throws ProcdeckError `unknown-type` or `limit`: then nothing is changed
 */
export function plan(state: SupervisorState, change: Change, context: PlanContext): Plan {
	switch (change.verb) {
		case 'scale':
			return scale(state, change.targets);
		case 'start':
			return start(state, change, context);
		case 'stop':
			return stop(state, change.selectors);
		case 'pause':
			return pause(state, change.types);
		case 'resume':
			return resume(state, change.types);
		case 'restart':
			return restart(state, change, context);
		case 'down':
			return down(state);
	}
}
