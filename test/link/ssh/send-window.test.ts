import { expect, it } from 'vitest';
import { limitAhead } from '../../../src/link/ssh/send-window.ts';

const KIB = 1024;
const ALLOWED = 2048 * KIB;
const ACKNOWLEDGED = 96 * KIB;

/** The most that was ahead of a server that takes so many bytes a second. */
function mostAhead(bytesPerSecond: number, allowed = ALLOWED): number {
	const channel = { outgoing: { window: allowed } };
	let now = 0;
	limitAhead(channel, () => now);
	let ahead = 0;
	let most = 0;
	for (let round = 0; round < 500; round++) {
		const { window } = channel.outgoing;
		ahead += window;
		channel.outgoing.window -= window;
		most = Math.max(most, ahead);
		now += (ACKNOWLEDGED / bytesPerSecond) * 1000;
		ahead -= ACKNOWLEDGED;
		channel.outgoing.window += ACKNOWLEDGED;
	}
	return most;
}

it('sends no more ahead than a slow line takes in two seconds', () => {
	expect(mostAhead(16 * KIB)).toBe(128 * KIB);
	expect(mostAhead(128 * KIB)).toBeLessThanOrEqual(256 * KIB);
	expect(mostAhead(512 * KIB)).toBeGreaterThan(512 * KIB);
	expect(mostAhead(512 * KIB)).toBeLessThanOrEqual(1024 * KIB);
});

it('sends as much ahead as the server allows where the line is fast', () => {
	expect(mostAhead(10_000 * KIB)).toBe(ALLOWED);
	expect(mostAhead(10_000 * KIB, 64 * KIB)).toBe(64 * KIB);
});
