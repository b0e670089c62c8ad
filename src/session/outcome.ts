import type { ChangeRow } from '../model/change.ts';

/** Whether what a row tells of was reached. */
export function succeeded(row: ChangeRow): boolean {
	return row.outcome === 'done' || row.outcome === 'unchanged';
}

/** The exit code for what became of a change: 0 all reached, 1 none of it, 3 some of it. */
export function exitCodeOfRows(rows: readonly ChangeRow[]): 0 | 1 | 3 {
	const failed = rows.filter((row) => !succeeded(row)).length;
	if (failed === 0) return 0;
	return failed === rows.length ? 1 : 3;
}
