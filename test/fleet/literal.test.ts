import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { fleetHost } from './fleet-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('jobs1');

/** Words of a shell, with everything in them that a unit file, a shell or a channel might take for its own. */
const WORDS = [
	'%i %n %% %h %t %',
	'\'%i\' "%%" 100%',
	'\'$PS\' "$PS" $PS ${PS} \'$(id)\' "$(echo in)" `echo ticks`',
	"'single '\\''quoted'\\''' \"double \\\"quoted\\\"\"",
	"a\\ b 'c\\d' \"e\\\\f\" \\% \\$PS '\\x2d' '\\n\\t\\0'",
	'"\\\\\\\\" \'\\\\\' \\\\',
	"'ünï ☃ 𝄞 日本' ümlaut",
	"'; touch /srv/never' '&& false' '| cat' '>x' '#no comment' a#b",
	"'*' '?' '[a-z]' '~' '{a,b}' '!history' '^' '='",
	"'  two  blanks  ' '\t' \"\t\" ''",
	"'@exec' '-dash' '+plus' ':colon' '!bang' '|pipe'",
	'\'${PORT}\' "${UNSET:-${PS}}" "${PS%.*}" "${#PS}"',
	"'[Service]' 'ExecStart=/bin/false' 'EOF' '. end'",
	`'${'long '.repeat(200)}'`,
];

describe('a command', () => {
	it('is literal whatever it contains', async () => {
		const types = WORDS.map((_, number) => `t${number}`);
		const lines = WORDS.map(
			(words, number) => `t${number}: printf '[%s]\\n' ${words} >t${number}; exec sleep 600\n`,
		);
		const app = await systemdApp(host, { Procfile: lines.join('') });
		const client = await app.connect();
		const rows = await client.start();
		expect(rows.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
		for (const [number, type] of types.entries()) {
			const env = { PS: `${type}.1`, PORT: String(5000 + 100 * number) };
			const { stdout } = await execa('/bin/sh', ['-c', `printf '[%s]\\n' ${WORDS[number]}`], { env });
			expect(await app.read(type)).toBe(stdout);
		}
	});

	it('of plain words is literal too, and replaces its shell', async () => {
		const names = ['%i', 'a%%b', '%n.$$.%h', 'ü-☃'];
		const lines = names.map((name, number) => `t${number}: tail -f /dev/null --pid=1 -- ${name}\n`);
		const app = await systemdApp(host, { Procfile: lines.join('') });
		for (const name of names) await host.run(`touch '${app.path}/${name}'`);
		const client = await app.connect();
		const rows = await client.start();
		expect(rows.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
		for (const [number, name] of names.entries()) {
			const { pid } = await client.instance(`t${number}.1`);
			const words = (await host.run(`tr '\\0' '\\n' </proc/${pid}/cmdline`)).split('\n');
			expect(words.slice(0, 3)).toEqual(['tail', '-f', '/dev/null']);
			if (name.includes('$')) continue;
			expect(words.at(-1)).toBe(name);
		}
	});
});

const VALUES: Readonly<Record<string, string>> = {
	PERCENT: '100% %i %n %%',
	DOLLAR: '$HOME ${PATH} $$ $(id) `id`',
	QUOTES: `it's "quoted" 'twice'`,
	BACKSLASHES: '\\ \\\\ \\n \\x2d C:\\new \\',
	UNICODE: 'ünï ☃ 𝄞 日本',
	NEWLINES: 'one\ntwo\n\nfour\n',
	BLANKS: '  leading and trailing  ',
	TAB: 'a\tb',
	EMPTY: '',
	COMMENT: '# not one; nor this',
	ASSIGNS: 'X=1\nINJECTED=yes',
	BELL: 'a\u0007b\u001b[31mred',
	JSON: '{"a": ["b", null, "\\"c\\""]}',
	LONG: 'x'.repeat(20_000),
};

describe('the environment', () => {
	it('is literal whatever its values contain, and nobody else can read it', async () => {
		const entries = Object.entries(VALUES).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`);
		const app = await systemdApp(host, {
			Procfile: 'worker: env -0 >environment; exec sleep 600\n',
			'procdeck.yml': `env:\n${entries.join('')}`,
		});
		const client = await app.connect();
		expect(await client.start()).toMatchObject([{ outcome: 'done' }]);
		const printed = Buffer.from(await host.run(`base64 ${app.path}/environment`), 'base64').toString();
		const got = new Map(
			printed.split('\0').map((entry) => {
				const at = entry.indexOf('=');
				return [entry.slice(0, at), entry.slice(at + 1)] as const;
			}),
		);
		for (const [name, value] of Object.entries(VALUES)) expect([name, got.get(name)]).toEqual([name, value]);
		expect(got.has('INJECTED')).toBe(false);
		const file = `/etc/procdeck/${app.prefix.slice('procdeck.'.length)}/environment`;
		expect(await host.run(`stat -c '%a %U' ${file}`)).toBe('600 root');
		expect(
			(await host.run('journalctl --quiet --output=cat --since=-1min')).includes(VALUES.JSON ?? ''),
		).toBe(false);
	});
});
