import { giveBack } from '../memory.ts';

/**
 * Writes to stdout; resolves when that is done, so that nothing piles up in memory, and the bytes are nobody's any more.
 * A reader that went away is not an error here: it ends the process.
 */
export async function writeOut(bytes: Buffer): Promise<void> {
	if (bytes.length > 0) await new Promise<void>((resolve) => process.stdout.write(bytes, () => resolve()));
	giveBack(bytes);
}
