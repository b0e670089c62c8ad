/**
 * Writes to stdout and waits while its reader is behind, so that nothing piles up in memory.
 * A reader that went away is not an error here: it ends the process.
 */
export async function writeOut(bytes: Uint8Array): Promise<void> {
	const { stdout } = process;
	if (bytes.length === 0 || stdout.write(bytes)) return;
	await new Promise<void>((resolve) => stdout.once('drain', resolve));
}
