/** The signs of the console, in Unicode or in ASCII; one cell each. */
export interface Glyphs {
	readonly running: string;
	readonly changing: string;
	readonly none: string;
	readonly paused: string;
	readonly backoff: string;
	readonly failed: string;
	readonly unreachable: string;
	readonly gutter: string;
	readonly errorGutter: string;
	readonly rule: string;
	readonly divider: string;
	readonly arrow: string;
	readonly ellipsis: string;
	/** There is more to the left, to the right. */
	readonly before: string;
	readonly after: string;
	/** From the lowest bar to the highest. */
	readonly bars: readonly string[];
}

export const UNICODE: Glyphs = {
	running: '●',
	changing: '◐',
	none: '·',
	paused: '‖',
	backoff: '↻',
	failed: '✗',
	unreachable: '○',
	gutter: '│',
	errorGutter: '┃',
	rule: '─',
	divider: '│',
	arrow: '→',
	ellipsis: '…',
	before: '‹',
	after: '›',
	bars: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

export const ASCII: Glyphs = {
	running: '*',
	changing: '~',
	none: '.',
	paused: '"',
	backoff: '@',
	failed: 'x',
	unreachable: 'o',
	gutter: '|',
	errorGutter: '!',
	rule: '-',
	divider: '|',
	arrow: '>',
	ellipsis: '~',
	before: '<',
	after: '>',
	bars: ['_', '.', '-', '-', '=', '=', '#', '#'],
};

const EAST_ASIAN = /^(ja|ko|zh)/i;
const UTF8 = /utf-?8/i;

/** ASCII where the locale is not UTF-8, draws these signs two cells wide, or the terminal has no font for them. */
export function glyphsFor(environment: Readonly<Record<string, string | undefined>>): Glyphs {
	const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
	if (environment.TERM === 'linux' || environment.TERM === 'dumb') return ASCII;
	return UTF8.test(locale) && !EAST_ASIAN.test(locale) ? UNICODE : ASCII;
}
