import { ProcdeckError } from './errors.ts';

const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy;
const BLANKS = /\s+/y;

function textOf([, single, double, escaped, plain]: RegExpExecArray): string {
	return single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '';
}

/**
 * The words of a line as a shell splits them: blanks part them, quotes and backslashes keep blanks. Nothing is expanded.
 * @throws ProcdeckError `usage` for a quote that is not closed
 */
export function splitWords(line: string): string[] {
	const words: string[] = [];
	let word: string | null = null;
	for (let at = 0; at < line.length; ) {
		BLANKS.lastIndex = at;
		if (BLANKS.test(line)) {
			if (word !== null) words.push(word);
			word = null;
			at = BLANKS.lastIndex;
			continue;
		}
		PIECE.lastIndex = at;
		const piece = PIECE.exec(line);
		if (piece === null) throw new ProcdeckError('usage', `the ${line[at]} has no end`);
		word = (word ?? '') + textOf(piece);
		at = PIECE.lastIndex;
	}
	return word === null ? words : [...words, word];
}

/** A line that {@link splitWords} makes the words of. */
export function joinWords(words: readonly string[]): string {
	const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
	return words.map((word) => (word === '' || /[\s'"\\]/.test(word) ? quoted(word) : word)).join(' ');
}
