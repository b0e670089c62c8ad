import { setFlagsFromString } from 'node:v8';

/**
 * Frees the memory of bytes that nobody needs any more: the garbage collector lets a hundred megabytes of them pile up.
 * Bytes that share their memory with others are left to it.
 */
export function giveBack({ buffer, byteLength }: Buffer): void {
	if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** For what makes much text that nobody needs for long: without this V8 lets tens of megabytes of it pile up. */
export function keepYoungHeapSmall(): void {
	setFlagsFromString('--semi-space-growth-factor=1');
}
