import { sanitize } from '../model/sanitize.ts';

const TAB = /\t/g;
const TAB_WIDTH = 8;

function expandTabs(text: string): string {
	if (!text.includes('\t')) return text;
	// The offset of a match counts characters before earlier tabs were widened.
	let added = 0;
	return text.replace(TAB, (_, offset: number) => {
		const blanks = TAB_WIDTH - ((offset + added) % TAB_WIDTH);
		added += blanks - 1;
		return ' '.repeat(blanks);
	});
}

/** A log line as plain text. */
export function logLineText(text: string): string {
	return expandTabs(sanitize(text, { colours: false }));
}

export interface ColouredText {
	readonly text: string;
	/** Parameters of the SGR sequence that gives it its colour, or null. */
	readonly sgr: string | null;
}

const SGR = /\x1b\[([0-9;:]*)m/;

/** A log line in the pieces that the app gave different colours. */
export function colouredPieces(text: string): readonly ColouredText[] {
	const parts = sanitize(text, { colours: true }).split(SGR);
	const pieces: ColouredText[] = [];
	let sgr: string[] = [];
	for (const [position, part] of parts.entries()) {
		if (position % 2 === 0) {
			if (part !== '')
				pieces.push({ text: part.replace(TAB, '    '), sgr: sgr.length > 0 ? sgr.join(';') : null });
		} else {
			// `0` takes back all that came before it.
			sgr = part === '' || part === '0' ? [] : [...sgr, part];
		}
	}
	return pieces;
}

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** The pattern of what the user typed: a regular expression, or its plain words where it is none. Small letters match both cases. */
export function patternOf(typed: string): RegExp | null {
	if (typed === '') return null;
	const flags = typed === typed.toLowerCase() ? 'i' : '';
	try {
		return new RegExp(typed, flags);
	} catch {
		return new RegExp(typed.replace(SPECIAL, '\\$&'), flags);
	}
}

/** Whether a line has what the user typed; null: nothing was typed, so all lines have it. */
export function matcher(typed: string): ((text: string) => boolean) | null {
	const pattern = patternOf(typed);
	return pattern === null ? null : (text) => pattern.test(text);
}

const ERROR =
	/\b(error|errors|fatal|panic|exception|failed|failure|traceback|critical|aborted)\b|Error\b|Exception\b/i;

/** Whether the line sounds like an error. */
export function soundsLikeError(text: string): boolean {
	return ERROR.test(text);
}
