import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcfile, procfileCandidates } from '../../src/model/procfile.ts';

const parse = (text: string) => parseProcfile(text, 'Procfile');
const namesOf = (text: string) => parse(text).entries.map((entry) => entry.name);

describe('entries', () => {
	it('keeps the order, the line and the text of each command', () => {
		const { entries, warnings, errors } = parse(
			'web: bundle exec puma -p $PORT\n\n# jobs\nworker:rake jobs\n',
		);
		expect(entries).toEqual([
			{ name: 'web', command: 'bundle exec puma -p $PORT', line: 1 },
			{ name: 'worker', command: 'rake jobs', line: 4 },
		]);
		expect([...warnings, ...errors]).toEqual([]);
	});

	it.each([
		['a byte order mark', '\uFEFFweb: x'],
		['CRLF', 'web: x\r\n'],
		['tabs after the colon', 'web:\t\tx'],
		['no space after the colon', 'web:x'],
		['space at the end', 'web: x  \t'],
	])('reads %s', (_what, text) => {
		expect(parse(text).entries).toEqual([{ name: 'web', command: 'x', line: 1 }]);
	});

	it.each([
		"node a.js # don't",
		'echo "it\'s"',
		'echo \'say "hi"\'',
		'echo a\\\\',
		'echo "$(echo "it\'s")"',
		"echo $'it\\'s'",
		'echo "${X:-"}"}"',
		'echo \\" \\\'',
	])('leaves the quotes and comments of %j to the shell', (command) => {
		expect(parse(`web: ${command}`)).toMatchObject({ entries: [{ command }], warnings: [] });
	});

	it('passes over blank lines and comments, indented ones too', () => {
		expect(parse('\n   \n# a: b\n  # c\n\t#d\n\r\n')).toEqual({ entries: [], warnings: [], errors: [] });
	});
});

describe('lines that are no entries', () => {
	it.each([
		['heroku ps:scale web=1', 'not "name: command"'],
		['// web: x', 'not "name: command"'],
		['web : x', 'space before the colon'],
		[' web: x', 'first column'],
		['\t-c config', 'indented'],
		['web.1: x', 'use only letters, digits, - and _'],
		['wéb: x', 'use only letters, digits, - and _'],
		['web:', 'command is empty'],
		['web:  ', 'command is empty'],
		['web: rake \\', 'ends in \\'],
		['web: echo "x', 'has a " that is never closed'],
		["web: echo 'x", "has a ' that is never closed"],
		['web: echo "$(echo \'x)"', 'never closed'],
		['web: a\0b', 'NUL'],
		[': x', 'not "name: command"'],
	])('skips %j and says why', (line, why) => {
		const { entries, warnings, errors } = parse(`first: x\n${line}\nlast: x`);
		expect(entries.map((entry) => entry.name)).toEqual(['first', 'last']);
		expect(warnings).toEqual([{ file: 'Procfile', line: 2, message: expect.stringContaining(why) }]);
		expect(errors).toEqual([]);
	});

	it('says of a continuation line that lines are not continued', () => {
		const { warnings } = parse('web: rake \\\n  --trace\nworker: x');
		expect(warnings.map(({ line, message }) => [line, message])).toEqual([
			[1, expect.stringContaining('not continued')],
			[2, expect.stringContaining('not continued')],
		]);
	});
});

it('names both lines of a name that is there twice, and keeps the first', () => {
	const { entries, errors } = parse('web: a\nworker: b\nweb: c');
	expect(entries).toMatchObject([{ command: 'a' }, { command: 'b' }]);
	expect(errors).toEqual([
		{ file: 'Procfile', line: 3, message: 'web is there twice, in lines 1 and 3; rename one' },
	]);
});

it('takes names that objects have too', () => {
	expect(namesOf('__proto__: a\nconstructor: b\ntoString: c')).toEqual([
		'__proto__',
		'constructor',
		'toString',
	]);
});

describe('candidates', () => {
	it('looks for the environment first', () => {
		expect(procfileCandidates('production')).toEqual([
			'Procfile_production',
			'Procfile.production',
			'Procfile',
		]);
	});

	it('knows the short name of development', () => {
		expect(procfileCandidates('development')).toContain('Procfile.dev');
	});
});

describe('any text', () => {
	const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
	const command = fc.stringMatching(/^[a-z$/.-][a-z0-9 $/.=-]{0,20}[a-z0-9]$/);

	it('is read without an exception, each line once', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
				const { entries, warnings, errors } = parse(text);
				const lines = [...entries, ...warnings, ...errors].map((item) => item.line);
				expect(new Set(lines).size).toBe(lines.length);
				for (const line of lines) expect(line).toBeLessThanOrEqual(text.split('\n').length);
			}),
		);
	});

	it('gives back what was written, with the right lines', () => {
		const filler = fc.constantFrom('', '# note', 'no entry', ' x: y');
		const line = fc.oneof(fc.record({ name, command }), filler);
		fc.assert(
			fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
				const text = lines
					.map((item) => (typeof item === 'string' ? item : `${item.name}: ${item.command}`))
					.join(end);
				const firsts = new Map<string, { name: string; command: string; line: number }>();
				lines.forEach((item, index) => {
					if (typeof item === 'string' || firsts.has(item.name)) return;
					firsts.set(item.name, { ...item, line: index + 1 });
				});
				expect(parse(text).entries).toEqual([...firsts.values()]);
			}),
		);
	});
});
