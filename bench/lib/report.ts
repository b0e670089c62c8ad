/** What one benchmark found. */
export interface Report {
	/** The name of its script, without `bench:`. */
	readonly name: string;
	readonly title: string;
	/** What was done, in a sentence or two. */
	readonly method: string;
	readonly tables: readonly Table[];
	readonly targets: readonly Target[];
	/** What a reader must know to judge the figures. */
	readonly notes: readonly string[];
}

export interface Table {
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

export interface Target {
	readonly what: string;
	readonly measured: number;
	readonly bound: number;
	readonly kind: 'at most' | 'at least';
	/** `x` for a ratio. */
	readonly unit: 'x' | 'ms' | '%' | 'MB' | 'lines' | 'processes' | 'libraries' | 'requests';
}

export function atMost(bound: number, unit: Target['unit'], what: string, measured: number): Target {
	return { what, measured, bound, kind: 'at most', unit };
}

export function atLeast(bound: number, unit: Target['unit'], what: string, measured: number): Target {
	return { what, measured, bound, kind: 'at least', unit };
}

export function isMet({ measured, bound, kind }: Target): boolean {
	return kind === 'at most' ? measured <= bound : measured >= bound;
}

/** The targets of a report as a table. */
export function targetTable(targets: readonly Target[]): Table {
	const rows = targets.map((target) => [
		target.what,
		quantity(target.measured, target.unit),
		`${target.kind} ${quantity(target.bound, target.unit)}`,
		isMet(target) ? 'met' : 'NOT MET',
	]);
	return { columns: ['target', 'measured', 'bound', ''], rows };
}

/** A Markdown table, its columns as wide as their widest cell so that it also reads well in a terminal. */
export function tableText({ columns, rows }: Table): string {
	const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]!.length)));
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
	return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function reportText({ title, method, tables, targets, notes }: Report): string {
	const parts = [
		`## ${title}`,
		method,
		...tables.map(tableText),
		tableText(targetTable(targets)),
		notes.map((note) => `- ${note}`).join('\n'),
	];
	return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function quantity(value: number, unit: Target['unit']): string {
	if (unit === 'x') return `${value.toFixed(2)}x`;
	if (unit === '%') return `${value.toFixed(1)} %`;
	return `${value.toFixed(unit === 'MB' ? 1 : 0)} ${unit}`;
}
