import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** What sshd lets in at one time unless it is told otherwise. */
const AT_ONCE = 10;

/** Logs in to each server by OpenSSH and does nothing there. @returns the milliseconds that all took */
export async function plainLogins(servers: readonly string[], configFile: string): Promise<number> {
	const waiting = [...servers];
	const begun = performance.now();
	const worker = async () => {
		for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
			await run('ssh', ['-F', configFile, name, 'true']);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return performance.now() - begun;
}
