import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogBuffer } from '../../src/store/log-buffer.ts';
import type { LogWindow } from '../../src/store/log-window.ts';

function from(instance: string, at = 0) {
	return { server: 'local', instance, at, marker: false };
}

function textsOf(window: LogWindow): string[] {
	return Array.from({ length: window.length }, (_, index) => window.line(index).text);
}

test('keeps the last lines in order and counts all', () => {
	const buffer = createLogBuffer(4);
	buffer.append(from('a.1'), Buffer.from('1\n2\n3\n'));
	buffer.append(from('b.1'), Buffer.from('4\n5\n'));
	expect(textsOf(buffer.window())).toEqual(['2', '3', '4', '5']);
	expect(buffer.window().received).toBe(5);
	expect(buffer.window().line(3)).toMatchObject({ instance: 'b.1', text: '5' });
});

test('a window never changes, whatever comes after it', () => {
	const buffer = createLogBuffer(3);
	buffer.append(from('a.1'), Buffer.from('1\n2\n3\n'));
	const paused = buffer.window();
	for (let line = 4; line < 100; line += 1) buffer.append(from('a.1'), Buffer.from(`${line}\n`));
	expect(textsOf(paused)).toEqual(['1', '2', '3']);
	expect(textsOf(buffer.window())).toEqual(['97', '98', '99']);
});

test('nothing new is the same window', () => {
	const buffer = createLogBuffer();
	buffer.append(from('a.1'), Buffer.from('1\n'));
	expect(buffer.window()).toBe(buffer.window());
});

test('what two servers read back is merged by time, in order within each', () => {
	const buffer = createLogBuffer();
	buffer.append(from('a.1', 10), Buffer.from('a10\n'));
	buffer.append(from('a.1', 30), Buffer.from('a30\n'));
	buffer.append(from('b.1', 20), Buffer.from('b20\n'));
	buffer.append(from('b.1', 30), Buffer.from('b30\n'));
	expect(textsOf(buffer.window())).toEqual(['a10', 'b20', 'a30', 'b30']);
});

test('walks in both directions until it is told to stop', () => {
	const buffer = createLogBuffer();
	buffer.append(from('a.1'), Buffer.from('1\n2\n3\n4\n'));
	const seen: string[] = [];
	buffer.window().walk(2, -1, ({ text }) => {
		seen.push(text);
		return text !== '2';
	});
	expect(seen).toEqual(['3', '2']);
});

test('any pieces: the same last lines as splitting everything', () => {
	const lines = fc.array(
		fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')),
		{ minLength: 1, maxLength: 40 },
	);
	const blankFirst: [string[][], number] = [[['', '', '', ' ']], 3];
	fc.assert(
		fc.property(fc.array(lines, { maxLength: 12 }), fc.integer({ min: 1, max: 50 }), (pieces, capacity) => {
			const buffer = createLogBuffer(capacity);
			for (const piece of pieces)
				buffer.append(from('a.1'), Buffer.from(piece.map((line) => `${line}\n`).join('')));
			expect(textsOf(buffer.window())).toEqual(
				pieces
					.flat()
					.slice(-capacity)
					.map((line) => Buffer.from(line).toString()),
			);
		}),
		{ examples: [blankFirst] },
	);
});

test('a line without an end is a line, an endless one is cut', () => {
	const buffer = createLogBuffer();
	buffer.append(from('a.1'), Buffer.from('no newline'));
	buffer.append(from('a.1'), Buffer.from(`${'x'.repeat(1_000_000)}\n`));
	expect(buffer.window().line(0).text).toBe('no newline');
	expect(buffer.window().line(1).text.length).toBeLessThan(100_000);
});
