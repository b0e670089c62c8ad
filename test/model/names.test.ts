import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSize } from '../../src/model/bytes.ts';
import { isName, toStackName } from '../../src/model/names.ts';
import { closest, didYouMean } from '../../src/model/suggest.ts';

describe('names', () => {
	it.each([
		['my app!', 'my-app-'],
		['shop_2-x', 'shop_2-x'],
		['アプリ', '---'],
		['../etc', '---etc'],
		['', 'root'],
	])('makes the stack name of %j %j', (text, name) => {
		expect(toStackName(text)).toBe(name);
	});

	it('makes a name of any text', () => {
		fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isName(toStackName(text))));
	});
});

describe('suggestions', () => {
	const types = ['web', 'worker', 'scheduler', 'my-worker'];

	it.each([
		['wroker', 'worker'],
		['Worker', 'worker'],
		['workers', 'worker'],
		['shceduler', 'scheduler'],
		['wbe', 'web'],
	])('takes %j for %j', (word, meant) => {
		expect(closest(word, types)).toBe(meant);
	});

	it.each(['database', 'x', ''])('has none for %j', (word) => {
		expect(didYouMean(word, types)).toBe('');
	});

	it('finds a word with one typing mistake', () => {
		const word = fc.stringMatching(/^[a-z]{4,12}$/);
		fc.assert(
			fc.property(word, fc.nat(), (right, seed) => {
				const at = seed % right.length;
				expect(closest(`${right.slice(0, at)}#${right.slice(at)}`, [right])).toBe(right);
				expect(closest(`${right.slice(0, at)}${right.slice(at + 1)}`, [right])).toBe(right);
			}),
		);
	});
});

describe('sizes', () => {
	it.each([
		['512K', 524_288],
		['64M', 67_108_864],
		['1.5G', 1_610_612_736],
		['10', 10],
		[4096, 4096],
	])('reads %j', (size, bytes) => {
		expect(parseSize(size)).toBe(bytes);
	});

	it.each(['', '64Q', '64MB', 'M', '-1M', ' 1M', '1e3', '0', 0, 0.2, -5, '99999999999G'])(
		'refuses %j',
		(size) => {
			expect(parseSize(size)).toBeNull();
		},
	);
});
