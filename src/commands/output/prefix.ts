import { isAscii, isUtf8 } from 'node:buffer';
import { countLines } from '../../model/lines.ts';
import { sanitize } from '../../model/sanitize.ts';

const NEWLINE = 0x0a;
const TAB = 0x09;
const DEL = 0x7f;
/** The first byte of the C1 controls in UTF-8. */
const C1_LEAD = 0xc2;
const CONTROLS = [...Array(0x20).keys(), DEL].filter((byte) => byte !== NEWLINE && byte !== TAB);

/**
 * Puts a prefix before each line, and takes out what a terminal would obey. Chunks of plain text, which are nearly all,
 * are joined as a whole: no work per line beyond finding its end.
 * @param bytes whole lines, each ended by a newline
 * @param prefix may hold escapes of our own
 * @param options.colours keep the colours of the lines
 */
export function prefixLines(bytes: Buffer, prefix: string, options: { readonly colours: boolean }): Buffer {
	if (bytes.length === 0) return bytes;
	return isPlain(bytes) ? prefixPlain(bytes, prefix) : prefixSanitized(bytes, prefix, options);
}

/** Whether the bytes are text that no terminal obeys: searching for each control costs less than looking at each byte. */
function isPlain(bytes: Buffer): boolean {
	if (CONTROLS.some((control) => bytes.includes(control))) return false;
	return isAscii(bytes) || (isUtf8(bytes) && !bytes.includes(C1_LEAD));
}

function prefixPlain(bytes: Buffer, prefix: string): Buffer {
	const before = Buffer.from(prefix);
	const prefixed = Buffer.allocUnsafe(bytes.length + before.length * countLines(bytes));
	let to = 0;
	for (let from = 0; from < bytes.length; ) {
		const end = bytes.indexOf(NEWLINE, from) + 1 || bytes.length;
		to += before.copy(prefixed, to);
		to += bytes.copy(prefixed, to, from, end);
		from = end;
	}
	return prefixed;
}

function prefixSanitized(bytes: Buffer, prefix: string, options: { readonly colours: boolean }): Buffer {
	const lines = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
	return Buffer.from(lines.map((line) => `${prefix}${sanitize(line, options)}\n`).join(''));
}
