import type { Selector } from '../../../../model/change.ts';
import type { Goal } from '../goals.ts';
import { type Formation, type SupervisorState, wantedOf } from '../state.ts';
import type { Plan, PlannedRow } from './planned.ts';
import { instancesOf, knownTypes, namesOf, requireSelected, rowKeys, runningCount } from './select.ts';

/** Nothing of the selected runs, while what is wanted stays. */
export function stop(state: SupervisorState, selectors: readonly Selector[]): Plan {
	requireSelected(state, selectors);
	const { formation } = state;
	const selected = selectors.length === 0 ? knownTypes(state) : selectors.map(nameOf);
	const held = [...new Set([...formation.held, ...selected])];
	const rows = rowKeys(state, formation, selectors).map((key) => stopRow(state, key.type, key.instance));
	return { formation: formation.power === 'up' ? { ...formation, held } : formation, restarts: [], rows };
}

function stopRow(state: SupervisorState, type: string, instance: string | undefined): PlannedRow {
	const key = instance === undefined ? { type } : { type, instance };
	const from = runningCount(state, type, instance);
	if (isHeld(state.formation, type, instance)) {
		return { ...key, from, to: from, outcome: 'unchanged', reason: null, goals: [] };
	}
	const goals = instancesOf(state, type, instance).map(({ name }): Goal => ({ kind: 'rests', name }));
	return { ...key, from, to: 0, outcome: null, reason: null, goals };
}

function isHeld({ power, held }: Formation, type: string, instance: string | undefined): boolean {
	return power !== 'up' || held.includes(type) || (instance !== undefined && held.includes(instance));
}

/** Which stops remain when a start names something: on a stack that does not run, only that is to run. */
export function heldAfterStart(state: SupervisorState, selectors: readonly Selector[]): string[] {
	if (selectors.length === 0) return [];
	if (state.formation.power === 'up') return release(state, selectors);
	const allHeld = { ...state.formation, held: knownTypes(state) };
	return release({ ...state, formation: allHeld }, selectors);
}

/** The held names without the selected ones; an instance taken out of a held type leaves its siblings held. */
export function release({ formation }: SupervisorState, selectors: readonly Selector[]): string[] {
	const held = new Set(formation.held);
	for (const { type, index } of selectors) {
		const siblings = namesOf(type, wantedOf(formation, type));
		if (index === null) for (const name of siblings) held.delete(name);
		else if (held.has(type)) for (const name of siblings) held.add(name);
		held.delete(type);
		held.delete(`${type}.${index}`);
	}
	return [...held];
}

function nameOf({ type, index }: Selector): string {
	return index === null ? type : `${type}.${index}`;
}
