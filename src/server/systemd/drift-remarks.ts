import type { SupervisorChange } from '../../model/change.ts';
import { lookUp } from '../../model/look-up.ts';
import type { Plan, PlannedRow } from '../plan/plan.ts';

const MEND = '`procdeck sync` writes what the files say now';

/**
 * A restart takes what was last written to the server. Where the files have moved on since, that is said: who restarts
 * most often wants what they say now.
 */
export function remarkOnDrift(plan: Plan, change: SupervisorChange, drift: readonly string[]): Plan {
	if (change.verb !== 'restart' || drift.length === 0) return plan;
	const rows = plan.rows.map((row) => withRemark(row, drift));
	return { ...plan, rows: rows.length > 0 ? rows : driftedRows(plan, drift) };
}

function withRemark(row: PlannedRow, drift: readonly string[]): PlannedRow {
	const concerned = drift.filter((words) => isAbout(words, row.type));
	if (row.reason !== null || concerned.length === 0) return row;
	return { ...row, reason: `it runs what was written there before; ${concerned.join('; ')}: ${MEND}` };
}

/** Nothing was to be done, because nothing new was written yet. */
function driftedRows({ formation }: Plan, drift: readonly string[]): PlannedRow[] {
	const types = Object.keys(formation.wanted).filter((type) => drift.some((words) => isAbout(words, type)));
	return types.map((type) => {
		const count = lookUp(formation.wanted, type) ?? 0;
		const base = { type, from: count, to: count, outcome: 'unchanged', reason: null, goals: [] } as const;
		return withRemark(base, drift);
	});
}

/** What begins with a type's name is about that type, the rest about all of them. */
function isAbout(words: string, type: string): boolean {
	const [first = ''] = words.split(': ');
	return first === type || first === words;
}
