import { isAscii, isUtf8 } from 'node:buffer';
import { sanitize } from '../../model/sanitize.ts';
import type { Gathered } from './gathered.ts';

const NEWLINE = 0x0a;
const TAB = 0x09;
const DEL = 0x7f;
/** The first byte of the C1 controls in UTF-8. */
const C1_LEAD = 0xc2;
const CONTROLS = [...Array(0x20).keys(), DEL].filter((byte) => byte !== NEWLINE && byte !== TAB);

/**
 * Puts a prefix before each line, and takes out what a terminal would obey. Chunks of plain text, which are nearly all,
 * are joined as a whole: no work of ours per line.
 * @param bytes whole lines, each ended by a newline
 * @param prefix may hold escapes of our own
 * @param options.colours keep the colours of the lines
 * @param gathered takes the result
 */
export function prefixLines(
	bytes: Buffer,
	prefix: string,
	options: { readonly colours: boolean },
	gathered: Pick<Gathered, 'append'>,
): void {
	if (bytes.length === 0) return;
	const text = safeText(bytes.subarray(0, -1), options);
	gathered.append(prefix);
	// A dollar means something in a replacement.
	gathered.append(text.replace(/\n/g, `\n${prefix.replaceAll('$', '$$$$')}`));
	gathered.append('\n');
}

/** Searching the bytes for each control costs less than looking at each character of the text. */
function safeText(bytes: Buffer, options: { readonly colours: boolean }): string {
	if (CONTROLS.some((control) => bytes.includes(control))) return sanitize(bytes.toString(), options);
	// One byte a character is the fastest way from bytes to text.
	if (isAscii(bytes)) return bytes.toString('latin1');
	const text = bytes.toString();
	return isUtf8(bytes) && !bytes.includes(C1_LEAD) ? text : sanitize(text, options);
}
