import type { Selector, SupervisorChange } from '../../../model/change.ts';
import { lookUp } from '../../../model/look-up.ts';
import type { Goal } from '../goals.ts';
import { type Formation, type Instance, type SupervisorState, wantedOf } from '../state.ts';
import { heldAfterStart } from './hold.ts';
import { orphanRow } from './orphans.ts';
import type { Plan, PlanContext, PlannedRow } from './planned.ts';
import {
	covered,
	instancesOf,
	instancesToStart,
	isOrphan,
	isRunning,
	requireSelected,
	requireType,
	requireWithinLimit,
	rowKeys,
	runningCount,
	runs,
} from './select.ts';

type Start = SupervisorChange & { verb: 'start' };

/** The stack runs, or what is selected of it; takes back stops. */
export function start(state: SupervisorState, change: Start, context: PlanContext): Plan {
	requireSelected(state, change.selectors, context);
	const formation: Formation = {
		...countsAfterStart(state, change.formation, context),
		power: 'up',
		held: heldAfterStart(state, change.selectors),
	};
	const names = instancesToStart(state, formation, change.selectors);
	const resting = names.filter((name) => isResting(state.instances.get(name)));
	const restarts = resting.length === 0 ? [] : [{ names: resting, width: null }];
	return { formation, restarts, rows: startRows(state, formation, change.selectors, names) };
}

function countsAfterStart(
	state: SupervisorState,
	counts: Start['formation'],
	context: PlanContext,
): Formation {
	if (counts === null) return setUp(state.formation, context.initial);
	for (const [type, count] of Object.entries(counts)) {
		requireType(state, type, context);
		requireWithinLimit(state, type, count);
	}
	const zeros = Object.fromEntries(Object.keys(context.initial).map((type) => [type, 0]));
	return { ...state.formation, wanted: { ...zeros, ...counts }, paused: {}, override: null };
}

function startRows(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
	names: readonly string[],
): PlannedRow[] {
	return rowKeys(state, formation, selectors).map((key): PlannedRow => {
		const { type, instance } = key;
		const own = covered(key, names);
		const from = runningCount(state, type, instance);
		if (own.length === 0 && lookUp(formation.paused, type) !== undefined) {
			const reason = `paused (\`procdeck resume ${type}\` brings it back)`;
			return { ...key, from, to: from, outcome: 'unchanged', reason, goals: [] };
		}
		const goals = [
			...own.filter((name) => !isRunning(state.instances.get(name))).map(runs),
			...surplusOf(state, formation, type),
		];
		if (goals.length === 0 && isOrphan(state, type)) return orphanRow(state, key, selectors.length > 0);
		const outcome = goals.length === 0 ? 'unchanged' : null;
		return { ...key, from, to: own.length, outcome, reason: null, goals };
	});
}

function surplusOf(state: SupervisorState, formation: Formation, type: string): Goal[] {
	const surplus = instancesOf(state, type).filter(({ index }) => index > wantedOf(formation, type));
	return surplus.map(({ name }) => ({ kind: 'rests', name }));
}

function isResting(instance: Instance | undefined): boolean {
	return ['ended', 'failed', 'stuck'].includes(instance?.phase.kind ?? '');
}

/** The formation with initial counts for the types that were never set up here. */
export function setUp(formation: Formation, initial: PlanContext['initial']): Formation {
	const missing = Object.entries(initial).filter(([type]) => lookUp(formation.wanted, type) === undefined);
	if (missing.length === 0) return formation;
	return { ...formation, wanted: { ...formation.wanted, ...Object.fromEntries(missing) } };
}

/** The formation after a run whose counts were for that run only; a pause in it is forgotten with them. */
export function withoutOverride(formation: Formation): Formation {
	if (formation.override === null) return formation;
	const paused = Object.entries(formation.paused).filter(
		([type]) => (lookUp(formation.wanted, type) ?? 0) === 0,
	);
	return { ...formation, override: null, paused: Object.fromEntries(paused) };
}

/** Nothing runs any more, at the next boot neither; the counts stay. */
export function down(state: SupervisorState): Plan {
	const formation = withoutOverride({ ...state.formation, power: 'down', held: [] });
	const rows = rowKeys(state, state.formation, []).map(({ type }): PlannedRow => {
		const from = runningCount(state, type);
		const isOff = state.formation.power !== 'up' && from === 0;
		const goals = isOff ? [] : instancesOf(state, type).map(({ name }): Goal => ({ kind: 'rests', name }));
		return { type, from, to: 0, outcome: isOff ? 'unchanged' : null, reason: null, goals };
	});
	return { formation, restarts: [], rows };
}
