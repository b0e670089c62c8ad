import { expect, it } from 'vitest';
import { asksForJson } from '../../../src/commands/output/asks-for-json.ts';

it.each([
	['ps --json', true],
	['--json ps', true],
	['logs run --json', true],
	['-C run logs --json', true],
	['run --json printenv', true],
	['--json run printenv', true],
	['run tool --json', false],
	['-e production run tool --json', false],
	['run -- tool --json', false],
	['ps', false],
])('%s: %s', (line, expected) => {
	expect(asksForJson(line.split(' '))).toBe(expected);
});
