import { ProcdeckError } from '../model/errors.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Does `work` until it succeeds; while what it needs cannot be reached it is tried again, at times with full jitter.
 * @param onFailure told why it did not succeed this time
 * @returns null where it never can, or nobody waits any more
 */
export async function keepTrying<T>(
	work: () => Promise<T>,
	onFailure: (reason: string) => void,
	over: AbortSignal,
): Promise<T | null> {
	for (let longest = FIRST_RETRY_MS; ; longest = Math.min(LONGEST_RETRY_MS, 2 * longest)) {
		try {
			return await work();
		} catch (error) {
			if (over.aborted) return null;
			onFailure(error instanceof Error ? error.message : String(error));
			if (!(error instanceof ProcdeckError) || error.code !== 'unreachable') return null;
		}
		await pause(Math.random() * longest, over);
		if (over.aborted) return null;
	}
}

function pause(ms: number, over: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		over.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
