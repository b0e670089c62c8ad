import { type ChangeRow, isRecordedOnly } from '../../model/change.ts';
import { subjectText } from '../../model/change-text.ts';
import { sanitize } from '../../model/sanitize.ts';
import type { Stack } from '../../model/stack.ts';
import { exitCodeOfRows, succeeded } from '../../session/outcome.ts';
import type { Context } from '../context.ts';
import type { Output } from './output.ts';
import type { Look } from './paint.ts';
import { pasteable } from './pasteable.ts';
import { withoutServer } from './server-words.ts';
import { type Cell, table } from './table.ts';

/**
 * Tells what became of a change, and returns the exit code for it.
 * @param ifNone what to say where there was nothing to change
 * @param fields of the JSON beside `changes`
 */
export function reportChanges(
	{ globals, output }: Context,
	stack: Pick<Stack, 'servers'>,
	rows: readonly ChangeRow[],
	ifNone: string,
	fields: object = {},
): number {
	const severalServers = stack.servers.length > 1;
	const told = rows.map((row) => {
		const aim = severalServers ? { ...globals, server: row.server } : globals;
		return row.reason === null ? row : { ...row, reason: pasteable(row.reason, aim) };
	});
	if (output.json) output.value({ changes: told, ...fields });
	else printRows(output, told, severalServers, pasteable(ifNone, globals));
	return exitCodeOfRows(rows);
}

function printRows(
	output: Output,
	rows: readonly ChangeRow[],
	severalServers: boolean,
	ifNone: string,
): void {
	const shown = output.quiet ? rows.filter((row) => !succeeded(row)) : rows;
	if (rows.length === 0) output.note(ifNone);
	if (shown.length === 0) return;
	const titles = [...(severalServers ? ['SERVER'] : []), 'WHAT', 'FROM', 'TO', 'OUTCOME', ''];
	output.print(
		table(
			titles.map((title) => ({ title })),
			shown.map((row) => (severalServers ? [row.server, ...cells(withoutOwnName(row))] : cells(row))),
			output.paint,
		),
	);
}

function withoutOwnName(row: ChangeRow): ChangeRow {
	return row.reason === null ? row : { ...row, reason: withoutServer(row.server, row.reason) };
}

function cells(row: ChangeRow): Cell[] {
	const reason = sanitize(row.reason ?? '', { colours: false });
	const isRecorded = isRecordedOnly(row);
	return [
		subjectText(row),
		count(row.from),
		count(row.to),
		isRecorded ? 'recorded' : { text: row.outcome, look: LOOKS[row.outcome] },
		isRecorded ? reason.replace(/^recorded(?:; )?/, '') : reason,
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
