import type { Span } from './row.ts';

/** `> Cancel <` where it has the focus. */
export function button(text: string, hasFocus: boolean): Span {
	return {
		text: hasFocus ? `> ${text} <` : `  ${text}  `,
		role: 'plain',
		bold: hasFocus,
		focus: hasFocus,
	};
}
