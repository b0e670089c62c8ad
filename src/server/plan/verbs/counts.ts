import type { ScaleTarget } from '../../../model/change.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import { lookUp } from '../../../model/look-up.ts';
import type { Goal } from '../goals.ts';
import { range } from '../names.ts';
import { type Formation, isHeld, type Phase, type SupervisorState, wantedOf } from '../state.ts';
import { heldWithin, remarkOnHeld } from './hold.ts';
import type { Plan, PlanContext, PlannedRow } from './planned.ts';
import { isOrphan, knownTypes, requireType, requireWithinLimit, runs } from './select.ts';

export function scale(state: SupervisorState, targets: readonly ScaleTarget[], context: PlanContext): Plan {
	let { formation } = state;
	const rows = targets.map((target): PlannedRow => {
		const { type } = target;
		requireType(state, type, context);
		const from = wantedOf(formation, type);
		const to = 'to' in target ? target.to : from + target.by;
		requireNotBelowZero(type, from, to);
		requireWithinLimit(state, type, to);
		if ('to' in target && target.expected !== null && target.expected !== from) {
			const reason = `somebody changed it meanwhile: ${type} is at ${from}, not ${target.expected}`;
			return { type, from, to, outcome: 'failed', reason, code: 'conflict', goals: [] };
		}
		const wasPaused = lookUp(formation.paused, type) !== undefined;
		// A stop of an instance that is no longer wanted is not waiting for the next one of that name.
		formation = { ...withCount(formation, type, to), held: heldWithin(formation, type, to) };
		return withoutSurplus(scaledRow(formation, type, from, to, wasPaused), state, Math.max(from, to));
	});
	return { formation, restarts: [], rows };
}

const ON: ReadonlySet<Phase['kind']> = new Set(['spawning', 'starting', 'running', 'backoff']);

/** What runs beyond both counts ends too: whoever started it was cut off before that was recorded. */
function withoutSurplus(row: PlannedRow, { instances }: SupervisorState, count: number): PlannedRow {
	const surplus = [...instances.values()]
		.filter(({ type, index, phase }) => type === row.type && index > count && ON.has(phase.kind))
		.map(({ name }): Goal => ({ kind: 'rests', name }));
	if (surplus.length === 0) return row;
	const outcome = row.outcome === 'unchanged' ? null : row.outcome;
	const reason = row.reason ?? `also ends ${surplus.length} that ran beyond it`;
	return { ...row, outcome, reason, goals: [...row.goals, ...surplus] };
}

export function pause(state: SupervisorState, types: readonly string[], context: PlanContext): Plan {
	let { formation } = state;
	for (const type of types) requirePausable(state, type, context);
	const chosen = types.length > 0 ? types : knownTypes(state).filter((type) => wantedOf(formation, type) > 0);
	const rows = chosen.map((type): PlannedRow => {
		const from = wantedOf(formation, type);
		if (from === 0) {
			const reason = lookUp(formation.paused, type) !== undefined ? 'paused already' : 'none is wanted';
			return unchanged(type, from, reason);
		}
		if (isOrphan(state, type))
			return unchanged(type, from, `it has left the Procfile (\`procdeck stop ${type}\` ends it)`);
		formation = withCount(formation, type, 0);
		formation = { ...formation, paused: { ...formation.paused, [type]: from } };
		return scaledRow(formation, type, from, 0, false);
	});
	return { formation, restarts: [], rows };
}

export function resume(state: SupervisorState, types: readonly string[], context: PlanContext): Plan {
	let { formation } = state;
	for (const type of types) requireType(state, type, context);
	const chosen = types.length > 0 ? types : Object.keys(formation.paused);
	const rows = chosen.map((type): PlannedRow => {
		const from = wantedOf(formation, type);
		const to = lookUp(formation.paused, type);
		if (to === undefined) {
			const why = from === 0 ? null : whatRests(formation, type);
			return unchanged(type, from, why === null ? 'not paused' : `not paused; ${why}`);
		}
		if (isOrphan(state, type)) return unchanged(type, from, `it has left the Procfile; its ${to} are kept`);
		formation = withCount(formation, type, to);
		return scaledRow(formation, type, from, to, false);
	});
	return { formation, restarts: [], rows };
}

/** What left the Procfile could not be begun again by a resume. */
function requirePausable(state: SupervisorState, type: string, context: PlanContext): void {
	requireType(state, type, context);
	if (!isOrphan(state, type)) return;
	throw new ProcdeckError(
		'unknown-type',
		`${type} has left the Procfile: \`resume\` could not bring it back`,
		`\`procdeck stop ${type}\` ends what runs of it, \`procdeck down\` everything`,
	);
}

function unchanged(type: string, count: number, reason: string): PlannedRow {
	return { type, from: count, to: count, outcome: 'unchanged', reason, goals: [] };
}

/** @param formation with the new count */
function scaledRow(
	formation: Formation,
	type: string,
	from: number,
	to: number,
	wasPaused: boolean,
): PlannedRow {
	const why = whyNotRunning(formation, type);
	const reason = whatRests(formation, type);
	if (from === to && !wasPaused) return { type, from, to, outcome: 'unchanged', reason, goals: [] };
	if (why !== null) return { type, from, to, outcome: 'done', reason: `recorded; ${why}`, goals: [] };
	const goals =
		to > from
			? startable(formation, type, from + 1, to).map(runs)
			: range(to + 1, from).map((index): Goal => ({ kind: 'rests', name: `${type}.${index}` }));
	return { type, from, to, outcome: null, reason, goals };
}

/** Names of instances that nothing holds back. */
function startable(formation: Formation, type: string, first: number, last: number): string[] {
	return range(first, last)
		.map((index) => `${type}.${index}`)
		.filter((name) => !isHeld(formation, name));
}

/** A slip of the hand should not end everything. */
function requireNotBelowZero(type: string, from: number, to: number): void {
	if (to >= 0) return;
	const hint = `\`procdeck scale ${type}=0\` takes all`;
	throw new ProcdeckError('limit', `${type} has ${from}: ${from - to} fewer is not possible`, hint);
}

function whyNotRunning({ power, held }: Formation, type: string): string | null {
	if (power !== 'up') return 'the stack does not run (`procdeck start` starts it)';
	return held.includes(type) ? `${type} is stopped (\`procdeck start ${type}\` starts it)` : null;
}

/** What of it does not run although it is wanted; null: nothing. */
function whatRests(formation: Formation, type: string): string | null {
	return whyNotRunning(formation, type) ?? remarkOnHeld(formation, type);
}

/** Counts of `up -m` are for that run only, and so is what changes them. */
function withCount(formation: Formation, type: string, count: number): Formation {
	const { [type]: _ended, ...paused } = formation.paused;
	const { [type]: _over, ...surge } = formation.surge ?? {};
	if (formation.override !== null)
		return { ...formation, override: { ...formation.override, [type]: count }, paused, surge };
	return { ...formation, wanted: { ...formation.wanted, [type]: count }, paused, surge };
}
