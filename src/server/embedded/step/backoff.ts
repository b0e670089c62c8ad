/** Health after which a crash counts as the first one again. */
export const HEALTHY_AFTER_MS = 10_000;

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** A delay is spread over this part of it, so that many instances do not come back in step. */
const JITTER = 0.2;

/**
 * How long to wait before the next start: not at all the first time, then 1 s doubling to 60 s.
 * @param failures crashes in a row, from 1
 * @param random in [0, 1)
 */
export function restartDelay(failures: number, random: number): number {
	if (failures <= 1) return 0;
	const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 2));
	return Math.round(delay * (1 - JITTER * random));
}
