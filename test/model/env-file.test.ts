import { parse } from 'dotenv';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseEnvFile } from '../../src/model/env-file.ts';

const read = (text: string) => parseEnvFile(text, '.env');

it('reads what dotenv reads', () => {
	const text = 'A=1\nexport B = "two\nlines" # note\nC=\'$A\'\nD: 4\nE=\n# F=6\n';
	expect(read(text)).toEqual({
		variables: { A: '1', B: 'two\nlines', C: '$A', D: '4', E: '' },
		warnings: [],
		errors: [],
	});
});

it('reads a byte order mark and CRLF', () => {
	expect(read('\uFEFFA=1\r\nB=2\r\n').variables).toEqual({ A: '1', B: '2' });
});

it('names each line that dotenv passes over', () => {
	const { variables, warnings } = read('A=1\nsource other\nB="x\ny"\n\n=5\n');
	expect(variables).toEqual({ A: '1', B: 'x\ny' });
	expect(warnings.map(({ file, line }) => [file, line])).toEqual([
		['.env', 2],
		['.env', 6],
	]);
});

it('refuses a NUL, which no process can be given', () => {
	expect(read('A=x\0y').errors).toEqual([
		{ file: '.env', line: null, message: expect.stringContaining('A') },
	]);
});

it('never throws and always agrees with dotenv', () => {
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom(...'AB=:"\'`\\# \n\rx.-'), maxLength: 60 }), (text) => {
			expect(read(text).variables).toEqual(parse(text));
		}),
	);
});

it('gives back what was written', () => {
	const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
	const value = fc.stringMatching(/^[A-Za-z0-9 $%#;&|<>-]{0,20}$/);
	fc.assert(
		fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (variables) => {
			const text = Object.entries(variables)
				.map(([key, content]) => `${key}='${content}'\n`)
				.join('');
			expect(read(text)).toEqual({ variables, warnings: [], errors: [] });
		}),
	);
});
