import { sanitize } from './sanitize.ts';

const LONGEST_CHARACTERS = 200;

/** `LoadError: cannot load such file`, `app.rb:3:in 'x': no gateway (RuntimeError)`, `sh: 1: nodemon: not found`. */
const NAMES_A_FAULT = /(Error|Exception)\b|\b(fatal|panic|denied|not found|no such|cannot|can't|failed)\b/i;

/** What surrounds an error without saying which: frames, brackets, what Node adds to a crash. */
const SAYS_NOTHING = /^(\s|[[\](){}^,;]+$|Node\.js v|node:|Traceback |Emitted 'error' event|$)/;

const PORT_TAKEN =
	/EADDRINUSE|address (is )?already in use|port \d+ (is )?(already )?(in use|taken|allocated)/i;

/** Why a program ended, as far as the last lines that it logged tell. */
export interface LastWords {
	/** Of one line, sanitized; null: it logged nothing that says anything. */
	readonly line: string | null;
	/** The port that somebody else has; `unknown`: it does not say which; null: that is not the reason. */
	readonly takenPort: number | 'unknown' | null;
}

/** @param lines the latest last, with whatever the program wrote into them */
export function lastWords(lines: readonly string[]): LastWords {
	const clean = lines.map((line) => sanitize(line, { colours: false }).trimEnd());
	const taken = clean.findLast((line) => PORT_TAKEN.test(line) && !SAYS_NOTHING.test(line));
	const telling = clean.filter((line) => !SAYS_NOTHING.test(line));
	const line = taken ?? telling.findLast((each) => NAMES_A_FAULT.test(each)) ?? telling.at(-1) ?? null;
	return {
		line: line === null ? null : shortened(line),
		takenPort: taken === undefined ? null : portIn(taken),
	};
}

function shortened(line: string): string {
	return line.length <= LONGEST_CHARACTERS ? line : `${line.slice(0, LONGEST_CHARACTERS - 1)}…`;
}

/** Behind the last colon, as in `0.0.0.0:5000` and `:::5000`, or behind the word. */
function portIn(line: string): number | 'unknown' {
	const found = /.*:(\d{2,5})\b/.exec(line)?.[1] ?? /\bport (\d{2,5})\b/i.exec(line)?.[1];
	return found === undefined ? 'unknown' : Number(found);
}
