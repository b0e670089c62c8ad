import type { SupervisorChange } from '../../../model/change.ts';
import type { Goal } from '../goals.ts';
import { type SupervisorState, wantedOf } from '../state.ts';
import type { Plan, PlanContext } from './planned.ts';
import { requireType, requireWithinLimit, runs } from './select.ts';

/** One instance beyond the wanted ones, or the end of all that are beyond them. */
export function surge(
	state: SupervisorState,
	{ type, on }: SupervisorChange & { verb: 'surge' },
	context: PlanContext,
): Plan {
	requireType(state, type, context);
	const { [type]: _before, ...others } = state.formation.surge ?? {};
	const next = wantedOf(state.formation, type) + 1;
	if (on) requireWithinLimit(state, type, next);
	const beyond = [...state.instances.values()].filter((each) => each.type === type && each.index >= next);
	const goals = on ? [runs(`${type}.${next}`)] : beyond.map(({ name }): Goal => ({ kind: 'rests', name }));
	return {
		formation: { ...state.formation, surge: on ? { ...others, [type]: 1 } : others },
		restarts: [],
		rows: [
			{
				type,
				instance: `${type}.${next}`,
				from: on ? 0 : beyond.length,
				to: on ? 1 : 0,
				outcome: goals.length === 0 ? 'unchanged' : null,
				reason: null,
				goals,
			},
		],
	};
}
