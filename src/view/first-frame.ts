import { bold, dim, fit, plain } from './presentation/row.ts';
import { paint, type Theme } from './theme.ts';

const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l';

/** Makes room for what comes after the first frame. */
export const CLEAR_SCREEN = '\x1b[2J\x1b[H';

/** Takes the first frame back, when nothing came after it. */
export const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';

/** What is there at once, while the rest of the console is still loading. */
export function firstFrame(title: string, columns: number, theme: Theme): string {
	const header = [plain(' '), bold(title), plain('   '), dim('starting')];
	return ENTER_SCREEN + CLEAR_SCREEN + paint(fit(header, columns, ''), theme);
}
