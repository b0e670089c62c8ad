import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsSanitizing, sanitize } from '../../src/model/sanitize.ts';

const plain = (text: string) => sanitize(text, { colours: false });
const coloured = (text: string) => sanitize(text, { colours: true });

describe('escape sequences', () => {
	it.each([
		['cursor movement', 'a\x1b[2Jb\x1b[10;5Hc'],
		['private modes', 'a\x1b[?1049hb\x1b[?25lc'],
		['a title ended by BEL', 'a\x1b]0;title\x07bc'],
		['a title ended by ST', 'a\x1b]0;title\x1b\\bc'],
		['a link', 'a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c'],
		['the clipboard', 'a\x1b]52;c;aGk=\x07bc'],
		['a device control string', 'a\x1bPq#0\x1b\\bc'],
		['an application command', 'a\x1b_payload\x1b\\bc'],
		['8-bit CSI', 'a\x9b2Jbc'],
		['8-bit OSC', 'a\x9d0;t\x9cbc'],
		['a character set', 'a\x1b(0bc'],
		['a reset', 'ab\x1bcc'],
		['single controls', 'a\x00\x07b\x08\x0b\x0c\x7f\x85c'],
		['an unfinished CSI', 'abc\x1b[31'],
		['an unfinished title', 'abc\x1b]0;title'],
		['a lone escape', 'abc\x1b'],
		['keyboard modes', 'a\x1b[>4;2mbc'],
	])('removes %s', (_what, text) => {
		expect(plain(text)).toBe('abc');
		expect(coloured(text)).toBe('abc');
	});

	it('ends an unfinished string with its line', () => {
		expect(plain('a\x1b]0;x\nb')).toBe('a\nb');
	});

	it('keeps tabs, newlines and all other text', () => {
		expect(plain('a\tb\nÄ日本🙂\x07')).toBe('a\tb\nÄ日本🙂');
	});
});

describe('carriage returns', () => {
	it.each([
		['a\r\nb\r\n', 'a\nb\n'],
		['10%\r20%\r100%\n', '100%\n'],
		['10%\r20%\r', '20%'],
		['\r\r\n', '\n'],
	])('leaves of %j what is seen at last', (text, seen) => {
		expect(plain(text)).toBe(seen);
	});
});

describe('colours', () => {
	it.each([
		['\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m'],
		['\x1b[31mred\nnext', '\x1b[31mred\x1b[0m\nnext'],
		['\x1b[mx', '\x1b[0mx'],
		['\x1b[38;5;8mx', '\x1b[38;5;8mx\x1b[0m'],
		['\x1b[1;38;2;5;6;8mx', '\x1b[1;38;2;5;6;8mx\x1b[0m'],
		['\x9b32mx', '\x1b[32mx\x1b[0m'],
		['\x1b[8mhidden', 'hidden'],
		['\x1b[5;31mx', '\x1b[31mx\x1b[0m'],
	])('of %j are %j', (text, kept) => {
		expect(coloured(text)).toBe(kept);
	});

	it('go where they are not wanted', () => {
		expect(plain('\x1b[1;31mred\x1b[0m')).toBe('red');
	});
});

describe('any text', () => {
	const piece = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 4 }),
		fc.constantFrom(
			'\x1b',
			'\x1b[',
			'\x1b]',
			'\x1bP',
			'\x9b',
			'\x9d',
			'31m',
			';',
			'\x07',
			'\x1b\\',
			'\r',
			'\n',
			'\t',
			'x',
			'38;5;',
		),
	);
	const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

	it('has no control character left but tab and newline', () => {
		fc.assert(
			fc.property(text, (any) => !/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(plain(any))),
			{ numRuns: 1000 },
		);
	});

	it('has no escape left but colours, and ends each line without one', () => {
		fc.assert(
			fc.property(text, (any) => {
				const clean = coloured(any);
				expect(clean.replace(/\x1b\[[\d;:]*m/g, '')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
				for (const line of clean.split('\n'))
					if (line.includes('\x1b')) expect(line).toMatch(/\x1b\[0m(?!.*\x1b)/s);
			}),
			{ numRuns: 1000 },
		);
	});

	it('is left as it is where it is clean', () => {
		fc.assert(fc.property(text, (any) => !needsSanitizing(plain(any))));
		fc.assert(fc.property(text, (any) => needsSanitizing(any) || plain(any) === any));
	});
});
