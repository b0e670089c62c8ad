import { localLink } from '../../link/local.ts';
import { ProcdeckError } from '../../model/errors.ts';

const TIMEOUT_MS = 60_000;

/** Runs git in a folder and has what it prints. @throws ProcdeckError `refused` with git's own words */
export async function git(
	directory: string,
	args: readonly string[],
	environment: readonly string[] = [],
): Promise<string> {
	const { exitCode, stdout, stderr } = await tryGit(directory, args, environment);
	if (exitCode === 0) return stdout;
	const words = stderr.trim().split('\n')[0] ?? '';
	throw new ProcdeckError('refused', `git ${args[0]}: ${words || `exit ${exitCode}`}`);
}

export function tryGit(
	directory: string,
	args: readonly string[],
	environment: readonly string[] = [],
): ReturnType<typeof localLink.run> {
	return localLink.run(['env', 'LC_ALL=C', ...environment, 'git', '-C', directory, ...args], {
		timeoutMs: TIMEOUT_MS,
	});
}
