import { basename, dirname } from 'node:path';
import { localLink } from '../link/local.ts';

const ANSWERS_WITHIN_MS = 5_000;
const NOT_IGNORED = 1;

/** Whether git would take a file into its repository, or has it there. False where there is none, or no git. */
export async function isTakenByGit(path: string): Promise<boolean> {
	const command = ['git', '-C', dirname(path), 'check-ignore', '--quiet', '--', basename(path)] as const;
	const { exitCode } = await localLink.run(command, { timeoutMs: ANSWERS_WITHIN_MS });
	return exitCode === NOT_IGNORED;
}
