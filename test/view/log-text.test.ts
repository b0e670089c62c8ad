import fc from 'fast-check';
import { expect, test } from 'vitest';
import { colouredPieces, logLineText, matcher, soundsLikeError } from '../../src/view/log-text.ts';

test('escapes are gone, tabs are blanks up to the next multiple of 8', () => {
	expect(logLineText('\x1b[31mred\x1b[0m\x1b]0;title\x07')).toBe('red');
	expect(logLineText('a\tb\tc')).toBe('a       b       c');
	expect(logLineText('12345678\tx')).toBe('12345678        x');
});

test("an app's colours are kept apart from its text", () => {
	expect(colouredPieces('a \x1b[1;31mred\x1b[0m b')).toEqual([
		{ text: 'a ', sgr: null },
		{ text: 'red', sgr: '1;31' },
		{ text: ' b', sgr: null },
	]);
	expect(colouredPieces('\x1b[31mred \x1b[1mbold')).toMatchObject([{ sgr: '31' }, { sgr: '31;1' }]);
});

test('no control character survives', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (text) => {
			expect(logLineText(text.replaceAll('\n', ''))).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
			for (const piece of colouredPieces(text.replaceAll('\n', ''))) {
				expect(piece.text).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
				expect(piece.sgr ?? '').toMatch(/^[\d;:]*$/);
			}
		}),
	);
});

test('small letters match both cases, capitals only themselves, and a broken pattern means its words', () => {
	expect(matcher('fail')?.('it FAILED')).toBe(true);
	expect(matcher('Fail')?.('it FAILED')).toBe(false);
	expect(matcher('job \\d+')?.('job 12')).toBe(true);
	expect(matcher('(')?.('f(x)')).toBe(true);
	expect(matcher('')).toBeNull();
});

test('what sounds like an error', () => {
	expect(soundsLikeError('LoadError: cannot load such file')).toBe(true);
	expect(soundsLikeError('job 7 failed: timeout')).toBe(true);
	expect(soundsLikeError('java.lang.NullPointerException')).toBe(true);
	expect(soundsLikeError('GET /terrors 200')).toBe(false);
});
