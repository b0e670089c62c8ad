import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseStackFile } from '../../src/model/stack-file.ts';
import { processSettings, serverDefinitions } from '../../src/model/stack-file-model.ts';

const parse = (text: string) => parseStackFile(text, 'procdeck.yml');
const errorsOf = (text: string) => parse(text).errors.map(({ line, message }) => `${line}: ${message}`);

function settingsOf(text: string, type = 'web') {
	const { content, errors } = parse(text);
	expect(errors).toEqual([]);
	return processSettings(content!, type, serverDefinitions(content!));
}

describe('settings', () => {
	it('has defaults for everything', () => {
		expect(settingsOf('')).toEqual({
			stop: [
				{ signal: 'TERM', waitMs: 10_000 },
				{ signal: 'KILL', waitMs: 0 },
			],
			restart: 'always',
			ready: null,
			memoryMax: null,
			logMax: 64 * 1024 * 1024,
			rolling: 1,
			maxInstances: 1000,
			scale: { local: 1 },
		});
	});

	it('reads stop sequences of any length', () => {
		expect(settingsOf('processes: {web: {stop: [TSTP, 60, TERM, 0.5, KILL]}}').stop).toEqual([
			{ signal: 'TSTP', waitMs: 60_000 },
			{ signal: 'TERM', waitMs: 500 },
			{ signal: 'KILL', waitMs: 0 },
		]);
	});

	it.each([
		['{http: /up}', { kind: 'http', path: '/up', timeoutMs: 30_000 }],
		['{tcp: true, timeout: 1.5}', { kind: 'tcp', port: null, timeoutMs: 1500 }],
		['{tcp: 6379}', { kind: 'tcp', port: 6379, timeoutMs: 30_000 }],
		['{log: "^ready"}', { kind: 'log', pattern: '^ready', timeoutMs: 30_000 }],
	])('reads ready: %s', (text, ready) => {
		expect(settingsOf(`processes: {web: {ready: ${text}}}`).ready).toEqual(ready);
	});

	it('counts sizes by 1024', () => {
		const settings = settingsOf('processes: {web: {memory_max: 1.5G, log_max: 512}}');
		expect(settings).toMatchObject({ memoryMax: 1_610_612_736, logMax: 512 });
	});

	it('takes a plain count where there is one server', () => {
		expect(settingsOf('processes: {web: {scale: 3}}').scale).toEqual({ local: 3 });
	});

	it('starts at 1 on local servers and at 0 over SSH, and at 0 where only others are named', () => {
		const servers = 'servers: {here: {local: true}, there: {host: h}}';
		expect(settingsOf(servers).scale).toEqual({ here: 1, there: 0 });
		expect(settingsOf(`${servers}\nprocesses: {web: {scale: {there: 2}}}`).scale).toEqual({
			here: 0,
			there: 2,
		});
	});

	it('does not take what objects inherit for settings', () => {
		expect(settingsOf('processes: {web: {rolling: 2}}', 'constructor').rolling).toBe(1);
	});
});

describe('servers', () => {
	it('are in order, local ones numbered', () => {
		const { content } = parse(
			'servers: {a: {local: true}, b: {host: h, port: 2222}, c: {local: true, supervisor: systemd}}',
		);
		expect(serverDefinitions(content!)).toMatchObject([
			{ name: 'a', kind: 'local', supervisor: 'embedded', localIndex: 0, scope: 'system' },
			{ name: 'b', kind: 'ssh', supervisor: 'systemd', localIndex: 0, host: 'h', port: 2222 },
			{ name: 'c', kind: 'local', supervisor: 'systemd', localIndex: 1 },
		]);
	});

	it('are one local server without any', () => {
		expect(serverDefinitions(parse('servers: {}').content!)).toMatchObject([
			{ name: 'local', kind: 'local' },
		]);
	});
});

it('keeps numbers of env as they are written', () => {
	const { content } = parse('env: {VERSION: 1.10, ZIP: 00123, HEX: 0x1F, ON: true, TEXT: "x"}');
	expect(content?.env).toEqual({ VERSION: '1.10', ZIP: '00123', HEX: '0x1F', ON: 'true', TEXT: 'x' });
});

describe('errors name line, key path and what is allowed', () => {
	it.each([
		[
			'an unknown key',
			'stack: x\nsevrers: {}',
			'2: sevrers is an unknown key; did you mean servers? (allowed: stack,',
		],
		[
			'an unknown inner key',
			'processes:\n  web:\n    stpo: [TERM]',
			'3: processes.web.stpo is an unknown key; did you mean stop?',
		],
		['a wrong type', 'stack: 5', '1: stack must be text (it is 5)'],
		['an empty value', 'stack:', '1: stack must be text (it is empty)'],
		[
			'a text for a mapping',
			'servers: web1',
			'1: servers must be a mapping of names to values (it is "web1")',
		],
		['a list at the top', '- a', '1: must be a mapping'],
		['text at the top', 'hello', '1: must be a mapping'],
		[
			'a bad size',
			'processes:\n  web:\n    log_max: 64Q',
			'3: processes.web.log_max must be a size such as 512K, 64M or 2G',
		],
		['a zero size', 'processes: {web: {memory_max: 0}}', 'memory_max must be a size'],
		[
			'a bad signal',
			'processes:\n  web:\n    stop:\n      - TERM\n      - 5\n      - KIL',
			'6: processes.web.stop[2] must be signals',
		],
		['a stop that ends in a wait', 'processes: {web: {stop: [TERM, 5]}}', 'signals: HUP, INT, QUIT, KILL'],
		[
			'two waits in a row',
			'processes: {web: {stop: [TERM, 5, 5, KILL]}}',
			'1: processes.web.stop must be signals',
		],
		['an empty stop', 'processes: {web: {stop: []}}', '1: processes.web.stop must be signals'],
		[
			'a bad restart',
			'processes: {web: {restart: sometimes}}',
			'must be always, on-failure or never (it is "sometimes")',
		],
		[
			'a bad server name',
			'servers:\n  "web 1": {host: h}',
			'2: servers.web 1 must be a name of letters, digits, - and _',
		],
		['a bad type name', 'processes: {web.1: {}}', '1: processes.web.1 must be a name of letters'],
		['a bad environment', 'environment: ../x', '1: environment must be a name'],
		[
			'two ways to be ready',
			'processes: {web: {ready: {http: /, tcp: true}}}',
			'ready must have exactly one of http, tcp and log',
		],
		[
			'no way to be ready',
			'processes: {web: {ready: {timeout: 3}}}',
			'ready must have exactly one of http, tcp and log',
		],
		['a bad path', 'processes: {web: {ready: {http: up}}}', 'ready.http must be a path that begins with /'],
		['a bad pattern', 'processes: {web: {ready: {log: "("}}}', 'ready.log must be a regular expression'],
		[
			'no timeout',
			'processes: {web: {ready: {tcp: true, timeout: 0}}}',
			'timeout must be a number of seconds above 0',
		],
		[
			'a negative scale',
			'processes: {web: {scale: {local: -1}}}',
			'scale.local must be a whole number, 0 or more (it is -1)',
		],
		[
			'a scale over the limit',
			'processes: {job: {scale: 11, max_instances: 10}}',
			'processes.job.scale must be at most 10, not 11',
		],
		['too many of web', 'processes: {web: {scale: 101}}', 'must be at most 100'],
		[
			'a scale for no server',
			'servers: {jobs1: {host: h}}\nprocesses:\n  web:\n    scale: {jbos1: 1}',
			'4: processes.web.scale.jbos1 names jbos1, which is no server of this file; did you mean jobs1?',
		],
		[
			'a scale without server',
			'servers: {a: {local: true}, b: {local: true}}\nprocesses: {web: {scale: 1}}',
			'2: processes.web.scale must name the server, such as {a: 1}',
		],
		['a server that is nowhere', 'servers:\n  a: {}', '2: servers.a needs a host, or local: true'],
		['a server that is twice', 'servers: {a: {local: true, host: h}}', 'servers.a has both local and host'],
		[
			'an embedded supervisor over SSH',
			'servers: {a: {host: h, supervisor: embedded}}',
			'servers.a.supervisor must be systemd',
		],
		[
			'a bad port',
			'servers: {a: {host: h, port: 70000}}',
			'port must be a whole number, from 1 to 65535 (it is 70000)',
		],
		[
			'a balancer on no server',
			'load_balancer: {server: lb}',
			'load_balancer.server names lb, which is no server',
		],
		['a bad variable name', 'env: {"1A": x}', 'env.1A must be a mapping of names (letters, digits and _'],
		['an empty variable', 'env: {A: }', 'write "" for an empty value'],
		['a variable with a NUL', 'env: {A: "x\\0"}', 'env.A must not hold a NUL character'],
		['a duplicate key', 'stack: a\nkeep: 1\nstack: b', '3: the key stack is there twice'],
		['a tab', 'env:\n\tA: 1', '2: tabs are not allowed as indentation'],
		['an open bracket', 'env_files: [a', '1: not valid YAML'],
		['an open quote', 'stack: "x', '1: not valid YAML'],
		['two documents', 'stack: a\n---\nstack: b', '2: only one YAML document'],
		['an alias to nothing', 'stack: *x', '1: Unresolved alias'],
		['an unknown tag', 'stack: !secret x', '1: not valid YAML: Unresolved tag'],
		['no release kept', 'keep: 0', 'keep must be a whole number, 1 or more'],
		['a bad command list', 'setup: [1]', '1: setup[0] must be text'],
	])('%s', (_what, text, message) => {
		expect(errorsOf(text)).toEqual([expect.stringContaining(message)]);
	});

	it('all of them at once, in the order of the lines', () => {
		const text = 'servers: {a: {local: true}}\nprocesses:\n  web:\n    restart: x\n    log_max: y\nstakc: z';
		expect(errorsOf(text).map((error) => error.split(' ')[0])).toEqual(['4:', '5:', '6:']);
	});

	it('but never a value of env', () => {
		expect(JSON.stringify(parse('env: {DB_PASSWORD: [hunter2]}').errors)).not.toContain('hunter2');
	});

	it('at the line of the key behind an alias', () => {
		expect(
			errorsOf('processes:\n  web: &base\n    rolling: 0\n  job: *base').map((error) => error.split(':')[0]),
		).toEqual(['3', '3']);
	});
});

describe('a broken file', () => {
	it('still tells which stack it is, without the keys at fault', () => {
		const { content, errors } = parse('stack: shop\nenv: {A: 1.0}\nprocesses: {web: {restart: x}}');
		expect(errors).toHaveLength(1);
		expect(content).toEqual({ stack: 'shop', env: { A: '1.0' } });
	});

	it.each(['stack: 5', 'servers: {a: {}, b: 1}', 'env:\n\tA: 1', 'environment: [a]'])(
		'is not guessed at: %j',
		(text) => {
			expect(parse(text).content).toBeNull();
		},
	);
});

describe('any text', () => {
	it('is read without an exception, errors at existing lines', () => {
		const word = fc.constantFrom(
			'stack',
			'servers',
			'processes',
			'env',
			': ',
			'\n',
			'  ',
			'- ',
			'[',
			'{',
			'}',
			'"',
			'&a ',
			'*a',
			'1',
			'web',
			'!x ',
			'\t',
			'# ',
			'? ',
			'| ',
		);
		fc.assert(
			fc.property(fc.array(word, { maxLength: 20 }), (words) => {
				const text = words.join('');
				for (const { line } of parse(text).errors) {
					expect(line).toBeGreaterThanOrEqual(1);
					expect(line).toBeLessThanOrEqual(text.split('\n').length);
				}
			}),
			{ numRuns: 1000 },
		);
	});

	it('that is written from values gives them back', () => {
		const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((text) => text !== '__proto__');
		const options = { requiredKeys: [] };
		const process = fc.record(
			{
				restart: fc.constantFrom('always', 'on-failure', 'never'),
				stop: fc.constantFrom(['TERM', 10, 'KILL'], ['INT']),
				memory_max: fc.constantFrom('64M', '1.5G', 4096),
				scale: fc.record({ local: fc.nat(100) }),
				rolling: fc.integer({ min: 1, max: 50 }),
			},
			options,
		);
		const content = fc.record(
			{
				stack: fc.string({ minLength: 1 }),
				environment: name,
				env: fc.dictionary(name, fc.string({ unit: 'grapheme' }), { noNullPrototype: true }),
				env_files: fc.array(fc.string({ minLength: 1 })),
				processes: fc.dictionary(name, process, { noNullPrototype: true }),
			},
			options,
		);
		fc.assert(
			fc.property(content, (value) => {
				expect(parse(stringify(value))).toMatchObject({ content: value, errors: [] });
			}),
		);
	});

	it('has its error at the line of the key at fault', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom('', '# note', '  '), { maxLength: 5 }), (before) => {
				const text = [...before, 'processes:', ...before, '  web:', '    rolling: no'].join('\n');
				expect(parse(text).errors).toMatchObject([{ line: before.length * 2 + 3 }]);
			}),
		);
	});
});
