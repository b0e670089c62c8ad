import { execFile } from 'node:child_process';

const LONGEST_ANSWER_MS = 5_000;

/** Whether the user's systemd is about to end, and all its units with it: at a shutdown, or at a logout without lingering. */
export function isUserManagerStopping(): Promise<boolean> {
	return new Promise((resolve) => {
		// It ends with an error for every state but `running`.
		execFile('systemctl', ['--user', 'is-system-running'], { timeout: LONGEST_ANSWER_MS }, (_, stdout) =>
			resolve(stdout.trim() === 'stopping'),
		);
	});
}
