import type { ChangeRow } from '../../model/change.ts';
import { sanitize } from '../../model/sanitize.ts';
import { exitCodeOfRows, succeeded } from '../../session/outcome.ts';
import type { Output } from './output.ts';
import type { Look } from './paint.ts';
import { type Cell, table } from './table.ts';

/**
 * Tells what became of a change, and returns the exit code for it.
 * @param ifNone what to say where there was nothing to change
 */
export function reportChanges(output: Output, rows: readonly ChangeRow[], ifNone: string): number {
	if (output.json) output.value({ changes: rows });
	else printRows(output, rows, ifNone);
	return exitCodeOfRows(rows);
}

function printRows(output: Output, rows: readonly ChangeRow[], ifNone: string): void {
	const shown = output.quiet ? rows.filter((row) => !succeeded(row)) : rows;
	if (rows.length === 0) output.note(ifNone);
	if (shown.length === 0) return;
	const severalServers = new Set(rows.map((row) => row.server)).size > 1;
	const titles = [...(severalServers ? ['SERVER'] : []), 'WHAT', 'FROM', 'TO', 'OUTCOME', ''];
	output.print(
		table(
			titles.map((title) => ({ title })),
			shown.map((row) => [...(severalServers ? [row.server] : []), ...cells(row)]),
			output.paint,
		),
	);
}

function cells(row: ChangeRow): Cell[] {
	return [
		row.instance ?? row.type ?? 'all',
		count(row.from),
		count(row.to),
		{ text: row.outcome, look: LOOKS[row.outcome] },
		sanitize(row.reason ?? '', { colours: false }),
	];
}

const LOOKS: Readonly<Record<ChangeRow['outcome'], Look>> = {
	done: 'good',
	unchanged: 'dim',
	failed: 'bad',
	unreachable: 'bad',
	unknown: 'warn',
};

function count(value: ChangeRow['from']): string {
	return value === null ? '-' : String(value);
}
