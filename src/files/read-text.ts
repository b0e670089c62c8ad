import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

export type TextFile =
	| { readonly kind: 'missing' }
	/** `reason` completes «FILE …». */
	| { readonly kind: 'unreadable'; readonly isFolder: boolean; readonly reason: string }
	| {
			readonly kind: 'text';
			readonly text: string;
			/** The first line that is not UTF-8, from 1; what is not is replaced in `text`. */
			readonly invalidLine: number | null;
	  };

const REASONS: Readonly<Record<string, string>> = {
	EACCES: 'cannot be read: permission denied',
	EISDIR: 'is a folder, not a file',
	ELOOP: 'is a symbolic link that leads back to itself',
};

/** Reads a file as UTF-8 whatever the locale. It never throws. */
export function readTextFile(path: string): TextFile {
	try {
		// Small and local: asking a thread for it, and waiting to be told, takes ten times as long as reading it.
		return decode(readFileSync(path));
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
		return {
			kind: 'unreadable',
			isFolder: code === 'EISDIR',
			reason: REASONS[code] ?? `cannot be read: ${String(error)}`,
		};
	}
}

function decode(bytes: Buffer): TextFile {
	const mark = bytes.subarray(0, 2).toString('hex');
	if (mark === 'fffe' || mark === 'feff')
		return { kind: 'unreadable', isFolder: false, reason: 'is UTF-16; save it as UTF-8' };
	const text = bytes.toString('utf8');
	if (isUtf8(bytes)) return { kind: 'text', text, invalidLine: null };
	return { kind: 'text', text, invalidLine: firstInvalidLine(bytes) };
}

function firstInvalidLine(bytes: Buffer): number {
	let line = 1;
	for (let start = 0; ; line++) {
		const end = bytes.indexOf(0x0a, start);
		if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
		start = end + 1;
	}
}
