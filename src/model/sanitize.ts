/** Control characters but tab and newline: C0, DEL and C1. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

const ESCAPE_SEQUENCES = new RegExp(
	[
		// Strings up to their terminator, or to the end of the line: OSC (links, titles, the clipboard), DCS, SOS, PM, APC.
		'(?:\\x1b\\]|\\x9d)[^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?',
		'(?:\\x1b[PX^_]|[\\x90\\x98\\x9e\\x9f])[^\\x1b\\x9c]*(?:\\x1b\\\\|\\x9c)?',
		// CSI; its parameters and final character are kept to tell colours.
		'(?:\\x1b\\[|\\x9b)([\\x30-\\x3f]*[\\x20-\\x2f]*[\\x40-\\x7e]?)',
		// Every other escape, and single control characters.
		'\\x1b[\\x20-\\x2f]*[\\x30-\\x7e]?',
		'[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]',
	].join('|'),
	'g',
);

const RESET = '\x1b[0m';

/** Whether {@link sanitize} would change the text; cheap enough for whole chunks of a log. */
export function needsSanitizing(text: string): boolean {
	return CONTROL.test(text);
}

/**
 * Text that cannot steer the terminal: escape sequences and control characters are removed, except tab and newline.
 * Of a line that a progress bar wrote over (carriage returns) the last state is kept.
 * @param options.colours keep colours and styles (SGR, without blinking and hidden text), reset at each line's end
 */
export function sanitize(text: string, options: { readonly colours: boolean }): string {
	if (!needsSanitizing(text)) return text;
	return text
		.split('\n')
		.map((line) => (needsSanitizing(line) ? sanitizeLine(line, options.colours) : line))
		.join('\n');
}

function sanitizeLine(line: string, colours: boolean): string {
	let coloured = false;
	const clean = lastState(line).replace(ESCAPE_SEQUENCES, (_sequence, csi: string | undefined) => {
		const style = colours && csi !== undefined ? knownStyle(csi) : null;
		if (style === null) return '';
		coloured = style !== '0';
		return `\x1b[${style}m`;
	});
	return coloured ? clean + RESET : clean;
}

/** What a carriage return leaves on the screen: roughly, what was written after the last one. */
function lastState(line: string): string {
	if (!line.includes('\r')) return line;
	const content = line.replace(/\r+$/, '');
	return content.slice(content.lastIndexOf('\r') + 1);
}

const STYLES_KEPT = 256;
const styles = new Map<string, string | null>();

/** Logs repeat a handful of styles on every line. */
function knownStyle(csi: string): string | null {
	let style = styles.get(csi);
	if (style === undefined) {
		style = harmlessStyle(csi);
		if (styles.size < STYLES_KEPT) styles.set(csi, style);
	}
	return style;
}

const STYLE = /^([\d;:]*)m$/;
/** Blinking and hidden text. */
const UNWANTED = new Set([5, 6, 8]);

/** The parameters of an SGR sequence without what hides or blinks; null for anything else. */
function harmlessStyle(csi: string): string | null {
	const parameters = STYLE.exec(csi)?.[1];
	if (parameters === undefined) return null;
	const given = parameters === '' ? ['0'] : parameters.split(';');
	const kept: string[] = [];
	for (let index = 0; index < given.length; index++) {
		const parameter = given[index] === '' ? '0' : given[index]!;
		// The numbers after 38, 48 and 58 are a colour: `38;5;N` or `38;2;R;G;B`.
		const colour = ['38', '48', '58'].includes(parameter) ? COLOUR_LENGTH[given[index + 1] ?? ''] : undefined;
		if (colour !== undefined) {
			kept.push(...given.slice(index, index + colour));
			index += colour - 1;
		} else if (!UNWANTED.has(Number.parseInt(parameter, 10))) kept.push(parameter);
	}
	return kept.length === 0 ? null : kept.join(';');
}

const COLOUR_LENGTH: Readonly<Record<string, number>> = { '5': 3, '2': 5 };
