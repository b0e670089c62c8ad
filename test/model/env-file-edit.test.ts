import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { linesOf, withoutVariable, withVariable } from '../../src/model/env-file-edit.ts';
import { ProcdeckError } from '../../src/model/errors.ts';

const FILE = `# the shop
export A=1   # how many

B = 'two
lines' # kept
A=3
# C=4
D:  "x"
E=
`;

describe('setting a variable', () => {
	test.each([
		['the one of two that counts', 'A', '5', ['A=3', 'A=5']],
		['between its blanks and its comment', 'B', 'one', ["'two\nlines' #", 'one #']],
		['behind a colon', 'D', 'y z', ['"x"', "'y z'"]],
		['that was empty', 'E', 'now', ['E=', 'E=now']],
	] as const)('%s changes nothing else', (_, name, value, [before, after]) => {
		expect(withVariable(FILE, name, value)).toBe(FILE.replace(before, after));
	});

	it('that is new puts it at the end, on a line of its own', () => {
		expect(withVariable(FILE, 'C', '#1')).toBe(`${FILE}C='#1'\n`);
		expect(withVariable('A=1', 'C', '2')).toBe('A=1\nC=2\n');
		expect(withVariable('', 'C', '2')).toBe('C=2\n');
	});

	it('keeps a byte order mark and the ends of lines as they are', () => {
		const text = '\uFEFFA=1\r\nB=2 # two\r\nC=3\r\n';
		expect(withVariable(text, 'B', 'x y')).toBe("\uFEFFA=1\r\nB='x y' # two\r\nC=3\r\n");
		expect(withVariable(text, 'D', '4')).toBe(`${text}D=4\r\n`);
	});

	it('to what it is changes nothing', () => {
		expect(withVariable(FILE, 'B', 'two\nlines')).toBe(FILE);
	});

	test.each([
		['every kind of quote beside a #', `'"\`#`, 'usage'],
		['a carriage return beside \\n', '\r\\n', 'usage'],
	])('to %s is refused, without the value', (_, value, code) => {
		const set = () => withVariable('', 'A', value);
		expect(set).toThrow(expect.objectContaining({ code, message: expect.not.stringContaining(value) }));
	});
});

describe('unsetting a variable', () => {
	it('takes all lines of all its entries, and nothing else', () => {
		expect(withoutVariable(FILE, 'B')).toBe(FILE.replace("B = 'two\nlines' # kept\n", ''));
		expect(withoutVariable(FILE, 'A')).toBe(
			FILE.replace('export A=1   # how many\n', '').replace('A=3\n', ''),
		);
		expect(withoutVariable('A=1\r\nB=2\r\n', 'A')).toBe('B=2\r\n');
		expect(withoutVariable('A=1\nB=2', 'B')).toBe('A=1\n');
		expect(withoutVariable('A=1\n\nexport\nB=2\n', 'B')).toBe('A=1\n\n');
	});

	it('that is not there changes nothing', () => {
		expect(withoutVariable(FILE, 'C')).toBe(FILE);
	});

	it('is refused where it stands between quotes without an end', () => {
		const unset = () => withoutVariable('A="\nB=""\nA="\n"\n', 'B');
		expect(unset).toThrow(expect.objectContaining({ code: 'refused' }));
	});
});

it('tells the line of the entry that counts', () => {
	expect([...linesOf(FILE)]).toEqual([
		['A', 6],
		['B', 4],
		['D', 8],
		['E', 9],
	]);
	expect(linesOf('\r\nA=1\r\nB=2\r\n').get('B')).toBe(3);
});

describe('whatever the value is', () => {
	const name = fc.stringMatching(/^[A-C]$/);
	// What means something to dotenv or to shells comes up often.
	const text = fc.oneof(
		fc.string({ unit: fc.constantFrom(...'aA0 \t\n\'"`#$\\={}:nré\u2028\u3000🙂-') }),
		fc.string({ unit: 'binary' }),
	);
	const quoted = fc.oneof(
		fc.stringMatching(/^[a-z0-9 "`$\\]{0,9}$/).map((value) => `'${value}'`),
		fc.stringMatching(/^[a-z0-9 '`$\n]{0,9}$/).map((value) => `"${value}"`),
		fc.stringMatching(/^[a-z0-9$\\'"]{0,9}$/),
	);
	const line = fc.oneof(
		fc
			.tuple(
				fc.constantFrom('', 'export '),
				fc.stringMatching(/^[A-F]$/),
				quoted,
				fc.constantFrom('', ' # it is'),
			)
			.map((parts) => `${parts[0]}${parts[1]}=${parts[2]}${parts[3]}`),
		fc.constantFrom('', "# a comment that's open", '  # B=1', 'not an entry'),
	);
	const file = fc
		.tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'))
		.map(([lines, end]) => lines.map((each) => each + end).join(''));

	/** What was made of the file; null: it was refused. */
	const attempt = (edit: () => string): string | null => {
		try {
			return edit();
		} catch (error) {
			if (error instanceof ProcdeckError) return null;
			throw error;
		}
	};

	it('dotenv reads it back, and all else as before, or it is refused', () => {
		fc.assert(
			fc.property(file, name, text, (before, key, value) => {
				const { [key]: _, ...others } = parse(before);
				const set = attempt(() => withVariable(before, key, value));
				if (set !== null) expect(parse(set)).toEqual({ ...others, [key]: value });
				const unset = attempt(() => withoutVariable(before, key));
				if (unset !== null) expect(parse(unset)).toEqual(others);
			}),
			{ numRuns: 3000 },
		);
	});

	it('it can be written where one kind of quote is not in it', () => {
		const free = fc
			.tuple(fc.constantFrom("'", '`'), text)
			.map(([quote, value]) => value.replaceAll(quote, '').replaceAll('\r', ''));
		fc.assert(
			fc.property(free, (value) => {
				expect(parse(withVariable('# ours\nOTHER=1\n', 'A', value))).toEqual({ OTHER: '1', A: value });
			}),
			{ numRuns: 3000 },
		);
	});
});
