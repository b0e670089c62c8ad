import type { SupervisorState } from '../state.ts';
import type { PlannedRow, RowKey } from './planned.ts';
import { runningCount } from './select.ts';

/** The answer to a start or restart that finds nothing to do: what runs of such a type goes on, but it is not begun again. */
export function orphanRow(state: SupervisorState, key: RowKey, isNamed: boolean): PlannedRow {
	const { type, instance } = key;
	const count = runningCount(state, type, instance);
	const row = { ...key, from: count, to: count, goals: [] };
	if (isNamed && count === 0) {
		const reason = 'it has left the Procfile, so it cannot be begun again';
		return { ...row, outcome: 'failed', reason, code: 'refused' };
	}
	const reason = `it has left the Procfile: what runs of it goes on (\`procdeck stop ${type}\` ends it)`;
	return { ...row, outcome: 'unchanged', reason };
}
