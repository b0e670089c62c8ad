import type { Globals } from '../globals.ts';
import { jsonLine } from './json.ts';
import { type Paint, painted, unpainted, wantsColour } from './paint.ts';

/** Where a command puts its result (stdout) and its remarks (stderr). */
export interface Output {
	readonly json: boolean;
	readonly quiet: boolean;
	/** Paints for stdout. */
	readonly paint: Paint;
	/** A line or more of the result, without the last newline. */
	print(text: string): void;
	/** The result, or one line of it, as JSON. */
	value(value: unknown): void;
	/** A remark; nothing with `-q`. */
	note(text: string): void;
}

export function createOutput(globals: Pick<Globals, 'json' | 'quiet' | 'colour'>): Output {
	const { json, quiet, colour } = globals;
	const { stdout, stderr } = process;
	const paintNote = wantsColour(stderr, colour) ? painted : unpainted;
	return {
		json,
		quiet,
		paint: wantsColour(stdout, colour) ? painted : unpainted,
		print: (text) => void stdout.write(`${text}\n`),
		value: (value) => void stdout.write(jsonLine(value)),
		note: (text) => {
			if (!quiet) stderr.write(`${paintNote('dim', text)}\n`);
		},
	};
}
