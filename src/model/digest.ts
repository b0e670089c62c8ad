import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The first `length` hexadecimal digits of a text's SHA-256.
 * The platform's own is not used: loading it takes longer than all the rest of a short command.
 */
export function digest(text: string, length: number): string {
	return bytesToHex(sha256(utf8ToBytes(text))).slice(0, length);
}
