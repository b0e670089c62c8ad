import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from './machinery/host.ts';

const SCRIPT = join(import.meta.dirname, 'machinery/reset.sh');

/**
 * Makes a host again what it was after its first boot, in about a tenth of a second: nothing of Procdeck, nobody logged
 * in but root, no lingering, sshd and the network as at first. It boots where it is off. Its journal stays.
 */
export async function resetHost(host: Host): Promise<void> {
	await host.boot();
	await host.heal();
	await host.unshape();
	await host.run(await readFile(SCRIPT, 'utf8'));
	await host.restoreHostKey();
}
