import { expect, test } from 'vitest';
import { onlyValue, requirePassable, severalValues } from '../../src/model/variable-values.ts';

const usage = (message: RegExp) =>
	expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) });

test.each([
	['x\n', 'x'],
	['x\r\n', 'x'],
	['x\n\n', 'x\n'],
	[' # "x" ', ' # "x" '],
	['\n', ''],
])('one variable has all of %j but for its last newline', (stdin, value) => {
	expect(onlyValue('A', stdin)).toEqual(new Map([['A', value]]));
});

test('where nobody has connected anything no variable becomes empty', () => {
	expect(() => onlyValue('A', '')).toThrow(usage(/no value for A/));
});

test('several variables have lines as an env file has them', () => {
	const stdin = '# ours\nA=1\nexport B="two\nlines"\nC=3\n';
	expect(severalValues(['B', 'A'], stdin)).toEqual(new Map(Object.entries({ B: 'two\nlines', A: '1' })));
	expect([...severalValues(null, stdin).keys()]).toEqual(['A', 'B', 'C']);
});

test.each([
	[['A', 'D'], 'A=1\n', /no line for D/],
	[null, '# nothing\n', /no line for any variable/],
	[['A'], 'A=1\ngeheim\n', /^stdin:2: skipped: not NAME=value/],
	[null, 'A=1\nb.c=2\n', /stdin sets b\.c, which is no name/],
	[['toString'], 'A=1\n', /no line for toString/],
])('%j of %j says what is wrong', (names, stdin, message) => {
	expect(() => severalValues(names, stdin)).toThrow(usage(message));
});

test('what no process can be given is refused', () => {
	expect(() => requirePassable(new Map([['A', 'x\0y']]))).toThrow(usage(/A holds a NUL/));
	const fits = 128 * 1024 - 'A='.length - 1;
	expect(() => requirePassable(new Map([['A', 'x'.repeat(fits)]]))).not.toThrow();
	expect(() => requirePassable(new Map([['A', 'x'.repeat(fits + 1)]]))).toThrow(usage(/A is longer/));
});
