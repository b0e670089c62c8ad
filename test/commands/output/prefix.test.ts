import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixLines } from '../../../src/commands/output/prefix.ts';
import { needsSanitizing } from '../../../src/model/sanitize.ts';

const PLAIN = { colours: false };

function prefixBytes(bytes: Buffer, prefix: string, options: { readonly colours: boolean }): string {
	let all = '';
	prefixLines(bytes, prefix, options, {
		append: (text) => {
			all += text;
		},
	});
	return all;
}

function prefixed(text: string, prefix = 'web.1 | ', options = PLAIN): string {
	return prefixBytes(Buffer.from(text), prefix, options);
}

describe('prefixLines', () => {
	it('puts the prefix before each line', () => {
		expect(prefixed('one\ntwo\n')).toBe('web.1 | one\nweb.1 | two\n');
	});

	it('keeps empty lines and nothing', () => {
		expect(prefixed('\n\n')).toBe('web.1 | \nweb.1 | \n');
		expect(prefixed('')).toBe('');
	});

	it('takes out what a terminal obeys, in ASCII and as C1 in UTF-8', () => {
		expect(prefixed('a\x1b]0;title\x07b\x1b[2Jc\n')).toBe('web.1 | abc\n');
		expect(prefixed('a\u009b2Jb\n')).toBe('web.1 | ab\n');
		expect(prefixed('10%\r20%\n')).toBe('web.1 | 20%\n');
	});

	it('keeps the colours of the lines only where they are wanted', () => {
		expect(prefixed('\x1b[31mred\n')).toBe('web.1 | red\n');
		expect(prefixed('\x1b[31mred\n', 'p ', { colours: true })).toBe('p \x1b[31mred\x1b[0m\n');
	});

	it('shows bytes that are no UTF-8 as such', () => {
		expect(prefixBytes(Buffer.from([0x61, 0x9b, 0x0a]), '', PLAIN)).toBe('a\ufffd\n');
	});

	it('leaves plain text of any script byte by byte as it is', () => {
		const line = fc
			.string({ unit: 'binary' })
			.filter((text) => !text.includes('\n') && !needsSanitizing(text));
		fc.assert(
			fc.property(fc.array(line, { minLength: 1 }), fc.string(), (lines, prefix) => {
				const expected = lines.map((text) => `${prefix}${text}\n`).join('');
				expect(prefixed(lines.map((text) => `${text}\n`).join(''), prefix)).toBe(expected);
			}),
		);
	});

	it('never lets an escape through', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
				const text = prefixBytes(Buffer.from([...bytes, 0x0a]), '', PLAIN);
				expect(needsSanitizing(text)).toBe(false);
			}),
		);
	});
});
