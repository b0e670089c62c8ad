import { sanitize } from '../model/sanitize.ts';
import type { Row } from './presentation/row.ts';
import { paint, type Theme } from './theme.ts';

/** The rest of the line; a wide character takes two cells, which half the width allows for. */
const ROOM_AFTER_TITLE = 14;
export const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l';

/** Makes room for what comes after the first frame. */
export const CLEAR_SCREEN = '\x1b[2J\x1b[H';

/** Takes the first frame back, when nothing came after it. */
export const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';

/** What is there at once, while the rest of the console is still loading. */
export function firstFrame(title: string, columns: number, theme: Theme): string {
	// Cut by characters: measuring cells would load more than this frame is to wait for.
	const name = [...sanitize(title, { colours: false })]
		.slice(0, Math.max(0, columns - ROOM_AFTER_TITLE))
		.join('');
	const header: Row = [
		{ text: ' ', role: 'plain' },
		{ text: name, role: 'plain', bold: true },
		{ text: '   ', role: 'plain' },
		{ text: 'starting', role: 'dim' },
	];
	return ENTER_SCREEN + CLEAR_SCREEN + paint(header, theme);
}
