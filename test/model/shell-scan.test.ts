import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scanShell } from '../../src/model/shell-scan.ts';

it('agrees with sh about quotes that are never closed', () => {
	const piece = fc.constantFrom(
		'a',
		' ',
		'"',
		"'",
		'\\\\',
		'\\"',
		"\\'",
		'$A',
		'${A}',
		'# ',
		'\\ ',
		'$(echo b)',
		'"c d"',
		"'e'",
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
			const command = `echo ${pieces.join('')}`;
			const { stderr } = spawnSync('sh', ['-n', '-c', command], { encoding: 'utf8' });
			expect(scanShell(command).unterminated !== null).toBe(/[Uu]nterminated|EOF/.test(stderr));
		}),
		{ numRuns: 150 },
	);
});

it('never throws, and its parameters are in order inside the text', () => {
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom(...'a$X{}()"\'\\`#=:- \n;'), maxLength: 40 }), (text) => {
			let last = 0;
			for (const { start, end, name } of scanShell(text).parameters) {
				expect(start).toBeGreaterThanOrEqual(last);
				expect(text.slice(start, end)).toContain(name);
				last = end;
			}
			expect(last).toBeLessThanOrEqual(text.length);
		}),
		{ numRuns: 1000 },
	);
});

it.each([
	['X=1 cmd', ['X']],
	['export A=1 B+=2', ['A', 'B']],
	['for i in a b; do x; done', ['i']],
	['while read -r line rest; do x; done', ['line', 'rest']],
	[': ${HOST:=localhost}', ['HOST']],
	['cmd --name=x a=b', ['a']],
	["echo 'X=1' # Y=2", []],
])('finds the names that %j sets', (command, names) => {
	expect([...scanShell(command).assigned]).toEqual(names);
});

it.each([
	['echo a \\', true],
	['echo a \\\\', false],
	["echo 'a\\'", false],
	['echo a # b \\', false],
])('tells whether %j asks for a next line', (command, trailing) => {
	expect(scanShell(command).trailingBackslash).toBe(trailing);
});
