import type { Glyphs } from './glyphs.ts';
import { dim, fit, plain, type Row, rowWidth, type Span, span } from './row.ts';

/** A title in a rule: ` logs ─ following ────── 4 of 4 ─`. Parts after the first stand behind a dash each. */
export function ruleRow(
	parts: readonly Span[],
	right: Span | null,
	width: number,
	glyphs: Glyphs,
	role: 'rule' | 'accent' = 'rule',
): Row {
	const left: Span[] = [];
	for (const [position, part] of parts.entries()) {
		left.push(position === 0 ? plain(' ') : span(role, ` ${glyphs.rule} `), part);
	}
	const end: Row =
		right === null ? [span(role, glyphs.rule)] : [plain(' '), right, plain(' '), span(role, glyphs.rule)];
	const room = width - rowWidth(end) - 2;
	const title = rowWidth(left) > room ? fit(left, room, glyphs.ellipsis) : left;
	const line = Math.max(0, width - rowWidth(title) - rowWidth(end) - 1);
	return fit([...title, plain(' '), span(role, glyphs.rule.repeat(line)), ...end], width, glyphs.ellipsis);
}

export function blankRow(width: number): Row {
	return [dim(' '.repeat(width))];
}
