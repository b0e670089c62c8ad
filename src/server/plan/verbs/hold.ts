import type { Selector } from '../../../model/change.ts';
import type { Goal } from '../goals.ts';
import { indexOf, isInstanceOf, listed, namesOf } from '../names.ts';
import { type Formation, keptCount, type SupervisorState, wantedOf } from '../state.ts';
import type { Plan, PlanContext, PlannedRow, RowKey } from './planned.ts';
import { formerTypes, instancesOf, knownTypes, requireSelected, rowKeys, runningCount } from './select.ts';

/** Nothing of the selected runs, while what is wanted stays. */
export function stop(state: SupervisorState, selectors: readonly Selector[], context: PlanContext): Plan {
	requireSelected(state, selectors, context);
	const { formation } = state;
	const selected = selectors.length === 0 ? everyType(state) : selectors.map(nameOf);
	// Of a type that is stopped as a whole no instance is stopped beside that.
	const others = formation.held.filter((name) => !selected.some((type) => isInstanceOf(name, type)));
	const held = [...new Set([...others, ...selected])];
	const rows = rowKeys(state, formation, selectors).map((key) => stopRow(state, key));
	return { formation: formation.power === 'up' ? { ...formation, held } : formation, restarts: [], rows };
}

function stopRow(state: SupervisorState, key: RowKey): PlannedRow {
	const { type, instance } = key;
	const from = runningCount(state, type, instance);
	const reason = whyAtRest(state.formation, type, instance);
	if (reason !== null) return { ...key, from, to: from, outcome: 'unchanged', reason, goals: [] };
	const goals = instancesOf(state, type, instance).map(({ name }): Goal => ({ kind: 'rests', name }));
	return { ...key, from, to: 0, outcome: null, reason: null, goals };
}

function whyAtRest({ power, held }: Formation, type: string, instance: string | undefined): string | null {
	if (power !== 'up') return 'the stack does not run';
	const isHeld = held.includes(type) || (instance !== undefined && held.includes(instance));
	return isHeld ? 'stopped already' : null;
}

/** Says which wanted instances of a type rest because they were stopped one by one; null: none. */
export function remarkOnHeld(formation: Formation, type: string): string | null {
	const held = namesOf(type, wantedOf(formation, type)).filter((name) => formation.held.includes(name));
	const [first, ...others] = held;
	if (first === undefined) return null;
	if (others.length === 0) return `${first} stays stopped (\`procdeck start ${first}\` starts it)`;
	return `${listed(held)} stay stopped (\`procdeck start ${type}\` starts them)`;
}

/** The held names that are still about something when a type has only `count` instances. */
export function heldWithin({ held }: Formation, type: string, count: number): string[] {
	return held.filter((name) => !isInstanceOf(name, type) || indexOf(name) <= count);
}

/** Which stops remain when a start names something: on a stack that does not run, only that is to run. */
export function heldAfterStart(state: SupervisorState, selectors: readonly Selector[]): string[] {
	if (selectors.length === 0) return [];
	if (state.formation.power === 'up') return release(state, selectors);
	const allHeld = { ...state.formation, held: everyType(state) };
	return release({ ...state, formation: allHeld }, selectors);
}

/** The held names without the selected ones; an instance taken out of a held type leaves its siblings held. */
export function release({ formation }: SupervisorState, selectors: readonly Selector[]): string[] {
	const held = new Set(formation.held);
	for (const { type, index } of selectors) {
		const siblings = namesOf(type, keptCount(formation, type));
		if (index === null) for (const name of siblings) held.delete(name);
		else if (held.has(type)) for (const name of siblings) held.add(name);
		held.delete(type);
		held.delete(`${type}.${index}`);
	}
	return [...held];
}

/** Also what is not in the Procfile now: it may come back. */
function everyType(state: SupervisorState): string[] {
	return [...knownTypes(state), ...formerTypes(state)];
}

function nameOf({ type, index }: Selector): string {
	return index === null ? type : `${type}.${index}`;
}
