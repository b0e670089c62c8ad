import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../src/model/line-diff.ts';

const text = fc
	.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
	.map((lines) => lines.map((line) => `${line}\n`).join(''));

describe('what makes one text another', () => {
	it('is nothing where they are the same', () => {
		expect(lineDiff('a\nb\n', 'a\nb\n')).toEqual([]);
	});

	it('shows lines around a change, and that others are left out', () => {
		expect(lineDiff('1\n2\n3\n4\n5\n6\n7\n', '1\n2\n3\nfour\n5\n6\n7\n')).toEqual([
			'…',
			' 2',
			' 3',
			'-4',
			'+four',
			' 5',
			' 6',
			'…',
		]);
	});

	it('has every line that goes and every line that comes', () => {
		fc.assert(
			fc.property(text, text, (before, after) => {
				const lines = lineDiff(before, after);
				const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
				expect(count('+') - count('-')).toBe(after.split('\n').length - before.split('\n').length);
				expect(lines.length === 0).toBe(before === after);
			}),
		);
	});
});
