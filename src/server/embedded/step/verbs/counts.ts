import type { ScaleTarget } from '../../../../model/change.ts';
import { ProcdeckError } from '../../../../model/errors.ts';
import { lookUp } from '../../../../model/look-up.ts';
import type { Goal } from '../goals.ts';
import { type Formation, type SupervisorState, wantedOf } from '../state.ts';
import type { Plan, PlannedRow } from './planned.ts';
import { indexOf, knownTypes, range, requireType, requireWithinLimit, runs, typeOf } from './select.ts';

export function scale(state: SupervisorState, targets: readonly ScaleTarget[]): Plan {
	let { formation } = state;
	const rows = targets.map((target): PlannedRow => {
		requireType(state, target.type);
		const from = wantedOf(formation, target.type);
		const to = 'to' in target ? target.to : from + target.by;
		requireNotBelowZero(target.type, from, to);
		requireWithinLimit(state, target.type, to);
		if ('to' in target && target.expected !== null && target.expected !== from) {
			const reason = `somebody changed it meanwhile: ${target.type} is at ${from}, not ${target.expected}`;
			return { type: target.type, from, to, outcome: 'failed', reason, code: 'conflict', goals: [] };
		}
		const wasPaused = lookUp(formation.paused, target.type) !== undefined;
		formation = withCount(formation, target.type, to);
		return scaledRow(state, target.type, from, to, wasPaused);
	});
	return { formation, restarts: [], rows };
}

export function pause(state: SupervisorState, types: readonly string[]): Plan {
	let { formation } = state;
	for (const type of types) requireType(state, type);
	const chosen = types.length > 0 ? types : knownTypes(state).filter((type) => wantedOf(formation, type) > 0);
	const rows = chosen.map((type): PlannedRow => {
		const from = wantedOf(formation, type);
		if (from === 0) {
			const reason = lookUp(formation.paused, type) !== undefined ? 'paused already' : 'none is wanted';
			return { type, from, to: 0, outcome: 'unchanged', reason, goals: [] };
		}
		formation = withCount(formation, type, 0);
		formation = { ...formation, paused: { ...formation.paused, [type]: from } };
		return scaledRow(state, type, from, 0, false);
	});
	return { formation, restarts: [], rows };
}

export function resume(state: SupervisorState, types: readonly string[]): Plan {
	let { formation } = state;
	for (const type of types) requireType(state, type);
	const chosen = types.length > 0 ? types : Object.keys(formation.paused);
	const rows = chosen.map((type): PlannedRow => {
		const from = wantedOf(formation, type);
		const to = lookUp(formation.paused, type);
		if (to === undefined)
			return { type, from, to: from, outcome: 'unchanged', reason: 'not paused', goals: [] };
		formation = withCount(formation, type, to);
		return scaledRow(state, type, from, to, false);
	});
	return { formation, restarts: [], rows };
}

function scaledRow(
	state: SupervisorState,
	type: string,
	from: number,
	to: number,
	wasPaused: boolean,
): PlannedRow {
	const why = whyNotRunning(state, type);
	if (from === to && !wasPaused) return { type, from, to, outcome: 'unchanged', reason: why, goals: [] };
	if (why !== null) return { type, from, to, outcome: 'done', reason: `recorded; ${why}`, goals: [] };
	const goals =
		to > from
			? startable(state, type, from + 1, to).map(runs)
			: range(to + 1, from).map((index): Goal => ({ kind: 'rests', name: `${type}.${index}` }));
	return { type, from, to, outcome: null, reason: null, goals };
}

/** Names of instances that nothing holds back. */
function startable({ formation }: SupervisorState, type: string, first: number, last: number): string[] {
	return range(first, last)
		.map((index) => `${type}.${index}`)
		.filter((name) => !formation.held.includes(name));
}

/** A slip of the hand should not end everything. */
function requireNotBelowZero(type: string, from: number, to: number): void {
	if (to >= 0) return;
	const hint = `\`procdeck scale ${type}=0\` takes all`;
	throw new ProcdeckError('limit', `${type} has ${from}: ${from - to} fewer is not possible`, hint);
}

function whyNotRunning({ formation }: SupervisorState, type: string): string | null {
	if (formation.power !== 'up') return 'the stack does not run (`procdeck start` starts it)';
	return formation.held.includes(type) ? `${type} is stopped (\`procdeck start ${type}\` starts it)` : null;
}

/** Counts of `up -m` are for that run only, and so is what changes them. */
function withCount(formation: Formation, type: string, count: number): Formation {
	const { [type]: _ended, ...paused } = formation.paused;
	// A stop of an instance that is no longer wanted is not waiting for the next one of that name.
	const held = formation.held.filter((name) => typeOf(name) !== type || indexOf(name) <= count);
	if (formation.override !== null) {
		return { ...formation, override: { ...formation.override, [type]: count }, paused, held };
	}
	return { ...formation, wanted: { ...formation.wanted, [type]: count }, paused, held };
}
