import { sanitize } from '../../model/sanitize.ts';
import type { Look, Paint } from './paint.ts';

/** A cell of a table: its text, with how it looks where that is not plain. */
export type Cell = string | { readonly text: string; readonly look: Look };

export interface Column {
	readonly title: string;
	readonly align?: 'right';
}

/** A table that fits: how wide it may be, and what is given up for that, the least important first. */
export interface Fit {
	/** Cells of the terminal; null: as wide as it comes. */
	readonly width: number | null;
	readonly savings: readonly Saving[];
}

/** A column that is left out, or cut down to a width at most so far as it has to be. */
export interface Saving {
	readonly title: string;
	readonly cutTo?: number;
}

const AS_IT_COMES: Fit = { width: null, savings: [] };

const GAP = '  ';

/** Aligned lines: a title row, then a line per row, without any terminal escapes that the cells may have. */
export function table(
	columns: readonly Column[],
	rows: readonly (readonly Cell[])[],
	paint: Paint,
	fit: Fit = AS_IT_COMES,
): string {
	const natural = columns.map(({ title }, position) =>
		Math.max(title.length, ...rows.map((row) => textOf(row[position]).length)),
	);
	const widths = fitted(columns, natural, fit);
	const line = (cells: readonly Cell[]) =>
		columns
			.flatMap(({ align }, position) => {
				const width = widths[position]!;
				if (width === null) return [];
				const cell = cells[position] ?? '';
				const text = cutTo(width, textOf(cell));
				const space = ' '.repeat(width - text.length);
				const shown = typeof cell === 'string' || text === '' ? text : paint(cell.look, text);
				return [align === 'right' ? space + shown : shown + space];
			})
			.join(GAP)
			.trimEnd();
	const titles = columns.map((column) => ({ text: column.title, look: 'dim' as const }));
	return [titles, ...rows].map(line).join('\n');
}

/** The width of each column; null for one that is left out. */
function fitted(
	columns: readonly Column[],
	natural: readonly number[],
	{ width, savings }: Fit,
): (number | null)[] {
	const widths: (number | null)[] = [...natural];
	for (const saving of savings) {
		const excess = width === null ? 0 : totalOf(widths) - width;
		if (excess <= 0) break;
		const position = columns.findIndex(({ title }) => title === saving.title);
		const before = widths[position] ?? 0;
		widths[position] =
			saving.cutTo === undefined ? null : Math.max(Math.min(before, saving.cutTo), before - excess);
	}
	return widths;
}

function totalOf(widths: readonly (number | null)[]): number {
	const shown = widths.filter((width) => width !== null);
	return shown.reduce((sum, width) => sum + width, GAP.length * Math.max(0, shown.length - 1));
}

function cutTo(width: number, text: string): string {
	return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function textOf(cell: Cell | undefined): string {
	if (cell === undefined) return '';
	return sanitize(typeof cell === 'string' ? cell : cell.text, { colours: false }).replace(/[\t\n]/g, ' ');
}
