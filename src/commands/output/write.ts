/**
 * Writes to stdout; resolves when that is done, so that nothing piles up in memory and the bytes can be used again.
 * A reader that went away is not an error here: it ends the process.
 */
export async function writeOut(bytes: Uint8Array): Promise<void> {
	await new Promise<void>((resolve) => process.stdout.write(bytes, () => resolve()));
}
