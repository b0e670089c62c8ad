import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand, hideUrlPasswords } from '../../src/model/expand.ts';

const environment = {
	RAILS_ENV: 'production',
	PORT: '5000',
	EMPTY: '',
	DB_PASSWORD: 'hunter2',
	api_key: 'k',
};
const shown = (command: string) => expand(command, environment).text;
const warningsOf = (command: string) => expand(command, environment).warnings;

describe('values', () => {
	it.each([
		['sidekiq -e $RAILS_ENV', 'sidekiq -e production'],
		['puma -p ${PORT}', 'puma -p 5000'],
		['x "$PORT"', 'x "5000"'],
		["x '$PORT'", "x '$PORT'"],
		['x \\$PORT', 'x \\$PORT'],
		['x $PORT # $PORT', 'x 5000 # $PORT'],
		['x $PORT_HTTP', 'x $PORT_HTTP'],
		['x "$(echo "$PORT")"', 'x "$(echo "5000")"'],
		['x $EMPTY.', 'x .'],
		['x $$ $1 $? $@', 'x $$ $1 $? $@'],
	])('shows %j as %j', (command, text) => {
		expect(shown(command)).toBe(text);
	});

	it.each([
		['${PORT:-3000}', '5000'],
		['${NOPE:-3000}', '3000'],
		['${EMPTY:-3000}', '3000'],
		['${EMPTY-3000}', ''],
		['${NOPE:-$PORT}', '${NOPE:-$PORT}'],
		['${NOPE:?must be set}', '${NOPE:?must be set}'],
		['${PORT%00}', '${PORT%00}'],
	])('shows the default %j as %j, without a warning', (command, text) => {
		expect(expand(command, environment)).toEqual({ text, warnings: [] });
	});

	it('does not guess what the command itself has set before', () => {
		expect(shown('PORT=1; echo $PORT')).toBe('PORT=1; echo $PORT');
		expect(shown('PORT=1 echo $PORT')).toBe('PORT=1 echo 5000');
	});

	it('reads the environment by its own names only', () => {
		expect(shown('x $constructor $__proto__')).toBe('x $constructor $__proto__');
	});
});

describe('secrets', () => {
	it.each([
		['x $DB_PASSWORD', 'x ***'],
		['x $api_key', 'x ***'],
		['x ${DB_PASSWORD:-none}', 'x ***'],
		['x ${MY_TOKEN:-abc}', 'x ***'],
		['redis://u:$DB_PASSWORD@h', 'redis://u:***@h'],
		['curl https://u:pw@h/p', 'curl https://u:***@h/p'],
	])('hides them in %j', (command, text) => {
		expect(shown(command)).toBe(text);
	});

	it.each(['redis://:p@ss@h:1/2', 'postgres://u:a/b@h', 'amqp://u:p%40@h', 'a://u:p?q@h'])(
		'hides the password of %j',
		(url) => {
			expect(hideUrlPasswords(`x ${url} y`)).toMatch(/^x [a-z]+:\/\/u?:\*\*\*@h\S* y$/);
		},
	);

	it.each(['http://localhost:80/x@y', 'http://h:3000?to=a@b', 'https://u@h/p', 'mailto:a@b'])(
		'leaves %j',
		(url) => {
			expect(hideUrlPasswords(url)).toBe(url);
		},
	);
});

describe('warnings', () => {
	it('names what is not set, once', () => {
		expect(warningsOf('x $NOPE ${NOPE} $PORT')).toEqual([expect.stringContaining('$NOPE is not set')]);
	});

	it.each([
		'\\$NOPE',
		'$$',
		'$1',
		"'$NOPE'",
		'# $NOPE',
		'X=1 y $X',
		'for i in 1; do x $i; done',
		'read a; x $a',
		'${NOPE:-1}',
	])('has none for %j', (command) => {
		expect(warningsOf(`echo ${command}`.replace('echo for', 'for').replace('echo read', 'read'))).toEqual([]);
	});
});

it('means the same to sh as the command itself, where values are plain', () => {
	const values = { A: 'one', B: '22' };
	const piece = fc.constantFrom(
		'$A.',
		'${B}',
		'"$A"',
		"'$A'",
		'\\$A',
		'${A:-z}',
		'${NOPE:-z}',
		'$NOPE.',
		'"x ${B} y"',
		' ',
		'w',
		'$(echo $A)',
		'# ',
	);
	const run = (words: string) =>
		spawnSync('sh', ['-c', `printf '<%s>' ${words}\n`], {
			encoding: 'utf8',
			env: { ...values, PATH: process.env.PATH },
		}).stdout;
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
			const command = pieces.join('');
			expect(run(expand(command, values).text)).toBe(run(command));
		}),
		{ numRuns: 100 },
	);
});
