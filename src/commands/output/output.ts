import { sanitize } from '../../model/sanitize.ts';
import type { Globals } from '../globals.ts';
import { jsonLine } from './json.ts';
import { type Look, type Paint, painted, unpainted, wantsColour } from './paint.ts';

/** Where a command puts its result (stdout) and its remarks (stderr). */
export interface Output {
	readonly json: boolean;
	readonly quiet: boolean;
	/** Paints for stdout. */
	readonly paint: Paint;
	/** Cells of the terminal that stdout is; null where it is none. */
	readonly width: number | null;
	/** A line or more of the result, without the last newline. */
	print(text: string): void;
	/** The result, or one line of it, as JSON. */
	value(value: unknown): void;
	/** A remark; nothing with `-q`. */
	note(text: string): void;
	/** Something to know before the result is trusted; nothing with `-q`. */
	warn(text: string): void;
}

export function createOutput(globals: Pick<Globals, 'json' | 'quiet' | 'colour'>): Output {
	const { json, quiet, colour } = globals;
	const { stdout, stderr } = process;
	const paintRemark = wantsColour(stderr, colour) ? painted : unpainted;
	const remark = (look: Look, text: string) => {
		if (!quiet) stderr.write(`${paintRemark(look, sanitize(text, { colours: false }))}\n`);
	};
	return {
		json,
		quiet,
		paint: wantsColour(stdout, colour) ? painted : unpainted,
		get width() {
			return stdout.isTTY ? stdout.columns || 80 : null;
		},
		print: (text) => void stdout.write(`${text}\n`),
		value: (value) => void stdout.write(jsonLine(value)),
		note: (text) => remark('dim', text),
		warn: (text) => remark('warn', `warning: ${text}`),
	};
}
