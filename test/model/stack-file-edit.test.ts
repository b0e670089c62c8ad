import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStackFile, type StackFileContent } from '../../src/model/stack-file.ts';
import { type WrittenServer, withoutServer, withServer } from '../../src/model/stack-file-edit.ts';

const SERVER: WrittenServer = {
	host: '203.0.113.5',
	user: 'deploy',
	port: 2222,
	scope: null,
	address: null,
	portBase: null,
};
const WRITTEN = { host: '203.0.113.5', user: 'deploy', port: 2222 };

function contentOf(text: string): StackFileContent {
	const { content, errors } = parseStackFile(text, 'procdeck.yml');
	expect(errors).toEqual([]);
	return content!;
}

describe('a server more', () => {
	it('makes a file of a missing one, with the server that it meant', () => {
		expect(withServer('', 'web1', SERVER)).toBe(
			'servers:\n  local: { local: true }\n  web1: { host: 203.0.113.5, user: deploy, port: 2222 }\n',
		);
	});

	it('stands in the style of its neighbours, and leaves every other line as it is', () => {
		const before = `# the shop
stack:   shop   # aligned by hand
servers:
    a:          # the first
        host:   a.example   # there
        serving:  true
    # the second
    b:
        host: 'b.example'

    # spare: one day

processes:   { worker: {scale: {a: 1,   b: 2}} }
`;
		const added = `    web1:
        host: 203.0.113.5
        user: deploy
        port: 2222
`;
		const after = withServer(before, 'web1', SERVER);
		expect(after).toBe(before.replace("        host: 'b.example'\n", `        host: 'b.example'\n${added}`));
		expect(withoutServer(after, 'web1')).toBe(before);
	});

	it.each([
		['in a line', 'servers: {a: {local: true}}\n', 'servers: {a: {local: true}, web1: { host'],
		['one a line', 'servers:\n  a: {local: true}   # A\n', '# A\n  web1: { host: 203.0.113.5'],
		['without a last newline', 'servers:\n  a: {local: true}', '{local: true}\n  web1: { host'],
		['with CRLF', 'servers:\r\n  a: {local: true}\r\n', '{local: true}\r\n  web1: { host'],
		['as JSON', '{"servers": {"a": {"local": true}}}', '{"a": {"local": true}, web1: { host'],
		[
			'with an empty section',
			'servers: {}\nstack: x\n',
			'stack: x\nservers:\n  local: { local: true }\n  web1: {',
		],
	])('%s', (_, before, part) => {
		const after = withServer(before, 'web1', SERVER);
		expect(after).toContain(part);
		expect(contentOf(after).servers).toMatchObject({ web1: WRITTEN });
	});

	it('makes a plain count one of the server that it meant', () => {
		const before = 'processes:\n  web: {scale: 2} # two\n  worker:\n    scale: 3 # three\n';
		const after = withServer(before, 'web1', SERVER);
		expect(after).toContain('  web: {scale: { local: 2 }} # two\n');
		expect(after).toContain('    scale: { local: 3 } # three\n');
		contentOf(after);
	});

	it.each([
		['2001:db8::5', '2001:db8::5'],
		['yes', 'yes'],
		['10', '10'],
		['a, b: {c}', 'a, b: {c}'],
	])('has a host of any spelling: %s', (host) => {
		expect(contentOf(withServer('', 'web1', { ...SERVER, host })).servers?.web1?.host).toBe(host);
	});

	it('has all that is said of it', () => {
		const server: WrittenServer = { ...SERVER, scope: 'user', address: '10.0.0.5', portBase: 7000 };
		const content = contentOf(withServer('servers:\n  a:\n    local: true\n', 'web1', server));
		expect(content.servers?.web1).toEqual({
			...WRITTEN,
			scope: 'user',
			address: '10.0.0.5',
			port_base: 7000,
		});
	});
});

describe('a server less', () => {
	it('takes its counts along, and gives the others no new ones', () => {
		const before = `servers:
  a: { host: a.example }
  b: { host: b.example } # the second
processes:
  web: { scale: { a: 1, b: 2 } }
  worker:
    scale: { b: 4 } # four
`;
		expect(withoutServer(before, 'b')).toBe(`servers:
  a: { host: a.example }
processes:
  web: { scale: { a: 1 } }
  worker:
    scale: {} # four
`);
	});

	it('leaves no empty section behind the last one', () => {
		expect(withoutServer('# kept\nservers:\n  a: { host: a.example }\n', 'a')).toBe('# kept\n');
	});

	it('is refused where something else is an alias of it', () => {
		const text = 'servers:\n  a: &a { host: a.example }\n  b: *a\n';
		expect(() => withoutServer(text, 'a')).toThrow(/cannot be edited.*alias/);
	});
});

/** Stack files in many layouts, with a comment wherever there can be one. */
const layouts = fc
	.record({
		step: fc.constantFrom(1, 2, 4, 8),
		names: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/), { minLength: 1, maxLength: 4 }),
		style: fc.constantFrom('block', 'flow', 'mixed'),
		gap: fc.constantFrom('', '\n', '\n\n'),
		spaces: fc.constantFrom(' ', '   '),
		after: fc.constantFrom(
			'',
			'processes:\n  worker: {}  # about the worker\n',
			'# the end\n',
			'keep: 3   # kept',
		),
		before: fc.constantFrom('', '# the head\n\n', 'stack:   shop # the name\n', '---\n'),
		comments: fc.boolean(),
	})
	.map(({ step, names, style, gap, spaces, after, before, comments }) => {
		const indent = ' '.repeat(step);
		const note = (text: string) => (comments ? `${spaces}# ${text}` : '');
		const entry = (name: string, position: number) => {
			const isFlow = style === 'flow' || (style === 'mixed' && position % 2 === 0);
			const above = comments ? `${indent}# above ${name}\n` : '';
			if (isFlow) return `${above}${indent}${name}:${spaces}{host: ${name}.example}${note(`of ${name}`)}\n`;
			return `${above}${indent}${name}:${note(`of ${name}`)}\n${indent}${indent}host:${spaces}${name}.example${note('host')}\n`;
		};
		return { text: `${before}servers:${note('all')}\n${names.map(entry).join(gap)}${gap}${after}`, names };
	});

describe('files of any layout', () => {
	it('keep every line when a server comes, and are the same when it has gone', () => {
		fc.assert(
			fc.property(layouts, ({ text, names }) => {
				const after = withServer(text, 'added', SERVER);
				expect(Object.keys(contentOf(after).servers ?? {})).toEqual([...names, 'added']);
				const lines = after.split('\n');
				for (const line of text.split('\n')) expect(lines.splice(0, lines.indexOf(line) + 1)).toContain(line);
				expect(withoutServer(after, 'added')).toBe(text);
			}),
		);
	});

	it('lose only the lines of a server that goes', () => {
		fc.assert(
			fc.property(layouts, fc.nat(), ({ text, names }, chosen) => {
				fc.pre(names.length > 1);
				const name = names[chosen % names.length]!;
				const after = withoutServer(text, name);
				expect(Object.keys(contentOf(after).servers ?? {})).toEqual(names.filter((other) => other !== name));
				const left = text
					.split('\n')
					.filter((line) => !line.includes(`${name}.example`) && !line.includes(`# of ${name}`));
				const own = new Set(text.split('\n').filter((line) => line.trim() === `${name}:`));
				for (const line of left) if (!own.has(line)) expect(after.split('\n')).toContain(line);
			}),
		);
	});
});
