const SIZE = /^(\d+(?:\.\d+)?)([KMG]?)$/;
const FACTOR: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes of a size such as `64M` (K, M and G are 1024-based) or a plain number of bytes; null for anything else. */
export function parseSize(size: string | number): number | null {
	const match = SIZE.exec(String(size));
	if (match === null) return null;
	const bytes = Math.round(Number(match[1]) * FACTOR[match[2]!]!);
	return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : null;
}
