import { cut, printable, type Row, type Span, widthOf } from './row.ts';

/** Marks without a width of their own can pile up on one cell; so many characters a cell are looked at together. */
const CHARACTERS_PER_CELL = 16;

/** The spans broken into rows of at most `width` cells; one empty row where there is no text. */
export function wrap(spans: readonly Span[], width: number): Row[] {
	const rows: Span[][] = [[]];
	let used = 0;
	for (const piece of spans) {
		let rest = printable(piece.text);
		while (rest !== '') {
			const near = rest.slice(0, width * CHARACTERS_PER_CELL);
			const fitting = cut(near, width - used);
			// What is wider than a whole row is left to be cut.
			const text = fitting === '' && used === 0 ? near : fitting;
			if (text === '') {
				rows.push([]);
				used = 0;
				continue;
			}
			rows.at(-1)!.push({ ...piece, text });
			used = Math.min(width, used + widthOf(text));
			rest = rest.slice(text.length);
		}
	}
	return rows;
}

/** As much of the spans as can show in `width` cells, and a little more, so that no endless line is measured whole. */
export function nearStart(spans: readonly Span[], width: number): Span[] {
	let left = width * CHARACTERS_PER_CELL;
	const near: Span[] = [];
	for (const piece of spans) {
		if (left <= 0) break;
		near.push(piece.text.length <= left ? piece : { ...piece, text: piece.text.slice(0, left) });
		left -= piece.text.length;
	}
	return near;
}
