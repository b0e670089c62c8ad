import type { SupervisorChange } from '../../../model/change.ts';
import { lookUp } from '../../../model/look-up.ts';
import type { Goal } from '../goals.ts';
import { typeOf } from '../names.ts';
import { type Formation, liveProcess, type SupervisorState } from '../state.ts';
import { heldAfterStart, release } from './hold.ts';
import { orphanRow } from './orphans.ts';
import type { Plan, PlanContext, PlannedRestart, PlannedRow, RowKey } from './planned.ts';
import { setUp } from './power.ts';
import { covered, instancesToStart, isOrphan, isStale, requireSelected, rowKeys } from './select.ts';

type Restart = SupervisorChange & { verb: 'restart' };

/** Fresh starts of the selected, rolling where more than one runs; also what was stopped, but not what is paused. */
export function restart(state: SupervisorState, change: Restart, context: PlanContext): Plan {
	requireSelected(state, change.selectors, context);
	if (change.staleOnly && state.formation.power !== 'up')
		return { formation: state.formation, restarts: [], rows: [] };
	const held = heldAfterRestart(state, change);
	// What runs with something older is all that is meant: nothing new comes with it.
	const counts = change.staleOnly ? state.formation : setUp(state.formation, context.initial);
	const formation: Formation = { ...counts, power: 'up', held };
	const names = instancesToStart(state, formation, change.selectors).filter(
		(name) => !change.staleOnly || isStaleName(state, name),
	);
	const groups = rowKeys(state, formation, change.selectors)
		.map((key) => {
			const own = covered(key, names);
			return { key, names: own, restart: plannedRestart(state, own, change) };
		})
		.filter((group) => !change.staleOnly || group.names.length > 0);
	return {
		formation,
		restarts: groups.flatMap((group) => group.restart ?? []),
		rows: groups.map((group) => restartRow(state, group, change.selectors.length > 0)),
	};
}

function heldAfterRestart(state: SupervisorState, { staleOnly, selectors }: Restart): readonly string[] {
	if (state.formation.power !== 'up') return heldAfterStart(state, selectors);
	if (staleOnly) return state.formation.held;
	return selectors.length === 0 ? [] : release(state, selectors);
}

function isStaleName(state: SupervisorState, name: string): boolean {
	const instance = state.instances.get(name);
	return instance !== undefined && isStale(state, instance);
}

/** What was never started or rests needs no restart: the formation starts it. */
function plannedRestart(
	state: SupervisorState,
	names: readonly string[],
	{ atOnce }: Restart,
): PlannedRestart | null {
	const started = names.filter((name) => (state.instances.get(name)?.phase.kind ?? 'idle') !== 'idle');
	const [first] = started;
	if (first === undefined) return null;
	const rolling = !atOnce && started.filter((name) => isUp(state, name)).length > 1;
	return {
		names: started,
		width: rolling ? (state.definitions.get(typeOf(first))?.settings.rolling ?? 1) : null,
	};
}

/** Also on its way there: another restart may be under way. */
function isUp(state: SupervisorState, name: string): boolean {
	const instance = state.instances.get(name);
	if (instance === undefined) return false;
	return instance.phase.kind === 'spawning' || liveProcess(instance) !== null;
}

function restartRow(
	state: SupervisorState,
	{ key, names, restart }: { key: RowKey; names: readonly string[]; restart: PlannedRestart | null },
	isNamed: boolean,
): PlannedRow {
	if (names.length === 0)
		return isOrphan(state, key.type) ? orphanRow(state, key, isNamed) : idleRow(state, key);
	const goals = names.map((name): Goal => {
		const rolling = restart !== null && restart.width !== null && restart.names.includes(name);
		return { kind: 'runs', name, startsAfter: state.instances.get(name)?.starts ?? -1, rolling };
	});
	return { ...key, from: names.length, to: names.length, outcome: null, reason: null, goals };
}

function idleRow({ formation }: SupervisorState, key: RowKey): PlannedRow {
	const isPaused = lookUp(formation.paused, key.type) !== undefined;
	const reason = isPaused ? `paused (\`procdeck resume ${key.type}\` brings it back)` : 'none is wanted';
	return { ...key, from: 0, to: 0, outcome: 'unchanged', reason, goals: [] };
}
