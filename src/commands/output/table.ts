import { sanitize } from '../../model/sanitize.ts';
import type { Look, Paint } from './paint.ts';

/** A cell of a table: its text, with how it looks where that is not plain. */
export type Cell = string | { readonly text: string; readonly look: Look };

export interface Column {
	readonly title: string;
	readonly align?: 'right';
}

const GAP = '  ';

/**
 * Aligned lines: a title row, then a line per row, without any terminal escapes that the cells may have. The last column
 * is as wide as it comes.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string {
	const widths = columns.map((column, position) =>
		Math.max(column.title.length, ...rows.map((row) => textOf(row[position]).length)),
	);
	const line = (cells: readonly Cell[]) =>
		columns
			.map(({ align }, position) => {
				const cell = cells[position] ?? '';
				const text = textOf(cell);
				const space = ' '.repeat(widths[position]! - text.length);
				const shown = typeof cell === 'string' || text === '' ? text : paint(cell.look, text);
				return align === 'right' ? space + shown : shown + space;
			})
			.join(GAP)
			.trimEnd();
	const titles = columns.map((column) => ({ text: column.title, look: 'dim' as const }));
	return [titles, ...rows].map(line).join('\n');
}

function textOf(cell: Cell | undefined): string {
	if (cell === undefined) return '';
	return sanitize(typeof cell === 'string' ? cell : cell.text, { colours: false }).replace(/[\t\n]/g, ' ');
}
