import { once } from 'node:events';

/** Writes to stdout and waits while its reader is behind, so that nothing piles up in memory. */
export async function writeOut(bytes: Uint8Array): Promise<void> {
	if (bytes.length > 0 && !process.stdout.write(bytes)) await once(process.stdout, 'drain');
}
