import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSince } from '../../src/commands/since.ts';
import { ProcdeckError } from '../../src/model/errors.ts';

const NOW = new Date(2026, 10, 22, 14, 0, 0);

function since(text: string): Date {
	return new Date(parseSince(text, NOW));
}

describe('parseSince', () => {
	it.each([
		['30s', new Date(2026, 10, 22, 13, 59, 30)],
		['5m', new Date(2026, 10, 22, 13, 55)],
		['2h', new Date(2026, 10, 22, 12, 0)],
		['1d', new Date(2026, 10, 21, 14, 0)],
		['13:30', new Date(2026, 10, 22, 13, 30)],
		['9:05:07', new Date(2026, 10, 22, 9, 5, 7)],
		['14:30', new Date(2026, 10, 21, 14, 30)],
		['2026-11-20', new Date(2026, 10, 20)],
		['2026-11-20T10:00', new Date(2026, 10, 20, 10)],
		['2026-11-20 10:00:30', new Date(2026, 10, 20, 10, 0, 30)],
		['2026-11-20T10:00:00Z', new Date(Date.UTC(2026, 10, 20, 10))],
	])('%s', (text, moment) => {
		expect(since(text)).toEqual(moment);
	});

	it.each(['', 'yesterday', '5', 'm', '25:00', '-5m', '2026-13-01', '1e3s'])('refuses %j', (text) => {
		expect(() => since(text)).toThrow(ProcdeckError);
	});

	it('returns a moment or a ProcdeckError for anything', () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				try {
					expect(parseSince(text, NOW)).not.toBeNaN();
				} catch (error) {
					expect(error).toBeInstanceOf(ProcdeckError);
				}
			}),
		);
	});
});
