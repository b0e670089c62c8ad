import { setTimeout as sleep } from 'node:timers/promises';

const POLL_EVERY_MS = 20;
/** Generous: it is only ever reached by a failure, also on a busy machine. */
const DEADLINE_MS = 30_000;

type Falsy = false | null | undefined | 0 | '';

/**
 * Polls until `condition` gives something truthy, and returns that. A condition that throws is tried again.
 * @param what completes «waited for …» in the error.
 */
export async function waitFor<T>(
	condition: () => T | Promise<T>,
	what: string,
	deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, Falsy>> {
	const deadline = Date.now() + deadlineMs;
	let latest: unknown;
	for (;;) {
		try {
			const value = await condition();
			if (value) return value as Exclude<T, Falsy>;
			latest = value;
		} catch (error) {
			latest = error;
		}
		if (Date.now() > deadline) {
			throw new Error(`waited ${deadlineMs / 1000} s for ${what}; the latest was ${String(latest)}`, {
				cause: latest,
			});
		}
		await sleep(POLL_EVERY_MS);
	}
}
