import { expect, test } from 'vitest';
import { createCommandOutput } from '../../src/store/command-output.ts';

function written(...pieces: readonly (string | Uint8Array)[]) {
	const output = createCommandOutput();
	output.begin('ps');
	for (const piece of pieces) output.append(typeof piece === 'string' ? Buffer.from(piece) : piece);
	return output;
}

test('lines are made whatever the pieces they come in, half characters too', () => {
	const bytes = Buffer.from('one\nzwölf\nlast');
	const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
	expect(written(...pieces).view()?.lines).toEqual(['one', 'zwölf', 'last']);
});

test('it is the same object until something comes, and says how the verb ended', () => {
	const output = written('one\n');
	const view = output.view();
	expect(output.view()).toBe(view);
	output.end({ code: 2, signal: null });
	expect(output.view()).toMatchObject({ line: 'ps', lines: ['one'], exit: { code: 2 } });
	output.begin('check');
	expect(output.view()).toMatchObject({ line: 'check', lines: [], exit: null });
});

test('a flood of lines keeps the last ones and counts the others', () => {
	const output = written();
	for (let line = 0; line < 50_000; line += 1) output.append(Buffer.from(`line ${line}\n`));
	const { lines = [], dropped = 0 } = output.view() ?? {};
	expect(lines).toHaveLength(10_000);
	expect(lines.at(-1)).toBe('line 49999');
	expect(dropped).toBe(40_000);
});

test('long lines and lines without an end are bounded by their characters', () => {
	const output = written();
	for (let piece = 0; piece < 100; piece += 1) output.append(Buffer.alloc(100_000, 'x'));
	expect(output.view()?.lines.map(({ length }) => length)).toEqual([20_000]);
	for (let line = 0; line < 2000; line += 1) output.append(Buffer.from(`\n${'y'.repeat(20_000)}`));
	const kept = output.view()?.lines.reduce((sum, { length }) => sum + length, 0) ?? 0;
	expect(kept).toBeLessThanOrEqual(4_020_000);
});
