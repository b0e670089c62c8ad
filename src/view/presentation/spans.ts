import { cut, type Span, span, widthOf } from './row.ts';

/** The same piece with every match of the search marked. */
export function marked(piece: Span, search: RegExp | null): Span[] {
	if (search === null) return [piece];
	const parts: Span[] = [];
	let rest = piece.text;
	for (let found = search.exec(rest); found !== null && found[0] !== ''; found = search.exec(rest)) {
		if (found.index > 0) parts.push({ ...piece, text: rest.slice(0, found.index) });
		parts.push(span('match', found[0]));
		rest = rest.slice(found.index + found[0].length);
	}
	if (rest !== '') parts.push({ ...piece, text: rest });
	return parts;
}

/** The spans without their first `cells` cells. */
export function skip(spans: readonly Span[], cells: number): Span[] {
	let left = cells;
	const rest: Span[] = [];
	for (const piece of spans) {
		if (left <= 0) {
			rest.push(piece);
			continue;
		}
		const skipped = cut(piece.text, left);
		left -= widthOf(skipped);
		if (skipped.length < piece.text.length) {
			rest.push({ ...piece, text: piece.text.slice(skipped.length) });
			left = 0;
		}
	}
	return rest;
}
