import { describe, expect, it } from 'vitest';
import { age, clock, countdown, percent, size } from '../../../src/commands/output/units.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('age', () => {
	it.each([
		[0, '0s'],
		[59 * SECOND + 999, '59s'],
		[250 * SECOND, '4m 10s'],
		[3 * HOUR, '3h 0m'],
		[51 * HOUR, '2d 3h'],
	])('%d ms is %s', (ms, text) => {
		expect(age(ms)).toBe(text);
	});

	it('is not negative after the clock was set back', () => {
		expect(age(-5 * SECOND)).toBe('0s');
	});
});

it('a countdown says 0 only at the end', () => {
	expect([countdown(1), countdown(1000), countdown(1001), countdown(0)]).toEqual(['1s', '1s', '2s', '0s']);
});

it.each([
	[0, '0K'],
	[1_720_320, '2M'],
	[292 * 1024 ** 2, '292M'],
	[1023 * 1024 ** 2, '1.0G'],
	[1.44 * 1024 ** 3, '1.4G'],
	[3 * 1024 ** 4, '3.0T'],
])('%d bytes are %s', (bytes, text) => {
	expect(size(bytes)).toBe(text);
});

it.each([
	[0, '0.0%'],
	[0.34, '0.3%'],
	[9.96, '10.0%'],
	[123.4, '123%'],
])('a share of %d is %s', (share, text) => {
	expect(percent(share)).toBe(text);
});

it('a clock shows the day only where it is not today', () => {
	const now = new Date(2026, 10, 22, 14, 0, 0);
	expect(clock(new Date(2026, 10, 22, 9, 5, 7).toISOString(), now)).toBe('09:05:07');
	expect(clock(new Date(2026, 10, 21, 9, 5, 7).toISOString(), now)).toBe('2026-11-21 09:05:07');
});
