import { isDeepStrictEqual } from 'node:util';
import { lookUp } from '../../model/look-up.ts';
import type { Goal } from '../plan/goals.ts';
import { indexOf, isInstanceOf, typeOf } from '../plan/names.ts';
import type { Plan } from '../plan/plan.ts';
import { type Formation, isHeld, wantedOf } from '../plan/state.ts';

/** A change that was planned, and the formation that it was planned on. */
export interface Planned {
	readonly plan: Plan;
	readonly before: Formation;
}

/** What of a change is recorded: all of it, not all of it, or something that neither it nor what was before explains. */
export function whatIsRecorded({ plan, before }: Planned, now: Formation): 'all' | 'less' | 'other' {
	const after = plan.formation;
	const pieces = [power, ...plan.rows.flatMap(({ type }) => [wanted(type), paused(type), held(type)])];
	if (pieces.every((piece) => isDeepStrictEqual(piece(now), piece(after)))) return 'all';
	const isExplained = (piece: Piece) =>
		[before, setUpOnly(before), after].some((one) => isDeepStrictEqual(piece(now), piece(one)));
	return pieces.every(isExplained) ? 'less' : 'other';
}

/** What is there once the first type was set up, and nothing was switched on yet. */
function setUpOnly(before: Formation): Formation {
	return before.power === 'never' ? { ...before, power: 'down' } : before;
}

/** The plan that undoes with instances what a plan did that was not recorded. */
export function takenBack({ plan, before }: Planned): Plan {
	const goals = plan.rows.map((row) => ({
		...row,
		goals: row.goals.flatMap((goal) => opposite(goal, before)),
	}));
	return { formation: before, restarts: [], rows: goals };
}

function opposite({ kind, name }: Goal, formation: Formation): Goal[] {
	const isWanted =
		formation.power === 'up' &&
		indexOf(name) <= wantedOf(formation, typeOf(name)) &&
		!isHeld(formation, name);
	if (kind === 'runs') return isWanted ? [] : [{ kind: 'rests', name }];
	return isWanted ? [{ kind: 'runs', name, startsAfter: -1, rolling: false }] : [];
}

type Piece = (formation: Formation) => unknown;

const power: Piece = (formation) => formation.power;

function wanted(type: string): Piece {
	return (formation) => wantedOf(formation, type);
}

function paused(type: string): Piece {
	return (formation) => lookUp(formation.paused, type) ?? null;
}

function held(type: string): Piece {
	return (formation) => formation.held.filter((name) => name === type || isInstanceOf(name, type)).sort();
}
