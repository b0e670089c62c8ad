import stringWidth from 'string-width';

/** What a piece of text is for; the theme gives it a colour. */
export type Role = 'plain' | 'dim' | 'rule' | 'trend' | 'accent' | 'warn' | 'error' | 'match';

export interface Span {
	readonly text: string;
	readonly role: Role;
	readonly bold?: boolean;
	/** Has the cursor: drawn on the focus background. */
	readonly focus?: boolean;
	/** Parameters of an SGR sequence: the app's own colour of a log line. */
	readonly sgr?: string;
}

/** One line of the screen. */
export type Row = readonly Span[];

export function plain(text: string): Span {
	return { text, role: 'plain' };
}

export function bold(text: string, role: Role = 'plain'): Span {
	return { text, role, bold: true };
}

export function dim(text: string): Span {
	return { text, role: 'dim' };
}

export function span(role: Role, text: string): Span {
	return { text, role };
}

/** ASCII and the console's own signs, rules and bars: one cell each, told without asking string-width, which is slow. */
const ONE_CELL_EACH = /^[\x20-\x7e·‖…‹›→↻─-▟●○◐✗]*$/;

/** Controls, and what would turn the direction of the text or take no place. */
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Cells that the text takes on the screen. */
export function widthOf(text: string): number {
	return ONE_CELL_EACH.test(text) ? text.length : stringWidth(text);
}

/** The text without anything that a terminal would obey instead of show. */
export function printable(text: string): string {
	return ONE_CELL_EACH.test(text) ? text : text.replace(UNSAFE, ' ');
}

let segmenter: Intl.Segmenter | null = null;

/** Made when it is needed: that takes longer than a frame. */
function graphemesOf(text: string): Intl.Segments {
	segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
	return segmenter.segment(text);
}

/** As much of the beginning as fits into `width` cells. */
export function cut(text: string, width: number): string {
	if (ONE_CELL_EACH.test(text)) return text.slice(0, width);
	let used = 0;
	let kept = '';
	for (const { segment } of graphemesOf(text)) {
		used += widthOf(segment);
		if (used > width) break;
		kept += segment;
	}
	return kept;
}

/** The text in at most `width` cells, its end replaced by `ellipsis` where it is cut. */
export function shorten(text: string, width: number, ellipsis: string): string {
	if (widthOf(text) <= width) return text;
	return width < 1 ? '' : cut(text, width - widthOf(ellipsis)) + ellipsis;
}

export function padStart(text: string, width: number): string {
	return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

export function padEnd(text: string, width: number): string {
	return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function rowWidth(row: Row): number {
	return row.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The first `width` cells of the row. */
function take(row: Row, width: number): Span[] {
	const taken: Span[] = [];
	let left = width;
	for (const piece of row) {
		const text = cut(piece.text, left);
		taken.push(text === piece.text ? piece : { ...piece, text });
		left -= widthOf(text);
		if (text !== piece.text) break;
	}
	// Half of a wide character is left over.
	if (left > 0) taken.push(plain(' '.repeat(left)));
	return taken;
}

/** The row in exactly `width` cells: cut with an ellipsis, or padded. */
export function fit(row: Row, width: number, ellipsis: string): Row {
	const safe = row.map((piece) => {
		const text = printable(piece.text);
		return text === piece.text ? piece : { ...piece, text };
	});
	const used = rowWidth(safe);
	if (used === width) return safe;
	if (used < width) return [...safe, plain(' '.repeat(width - used))];
	if (widthOf(textOf(safe).trimEnd()) <= width) return take(safe, width);
	const kept = take(safe, width - widthOf(ellipsis));
	return [...kept, { ...(kept.at(-1) ?? plain('')), text: ellipsis }];
}

/** `left` at the left edge and `right` at the right edge; `left` is cut where they would touch. */
export function spread(left: Row, right: Row, width: number, ellipsis: string): Row {
	const rightWidth = rowWidth(right);
	if (rightWidth === 0) return fit(left, width, ellipsis);
	const room = Math.max(0, width - rightWidth - 1);
	return fit([...fit(left, room, ellipsis), plain(' '), ...right], width, ellipsis);
}

export function textOf(row: Row): string {
	return row.map(({ text }) => text).join('');
}
