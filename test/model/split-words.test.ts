import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProcdeckError } from '../../src/model/errors.ts';
import { joinWords, splitWords } from '../../src/model/split-words.ts';

test.each([
	['', []],
	['  ps   --json ', ['ps', '--json']],
	[`run 'echo $HOME' "a b"c`, ['run', 'echo $HOME', 'a bc']],
	[String.raw`run "say \"hi\"" one\ word`, ['run', 'say "hi"', 'one word']],
	[String.raw`run "a\b" ''`, ['run', String.raw`a\b`, '']],
])('%s', (line, words) => {
	expect(splitWords(line)).toEqual(words);
});

test.each([`run 'echo`, 'run "echo', 'run \\'])('%s has no end', (line) => {
	expect(() => splitWords(line)).toThrow(ProcdeckError);
});

test('words that were joined come back as they were', () => {
	fc.assert(
		fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
			expect(splitWords(joinWords(words))).toEqual(words);
		}),
	);
});
