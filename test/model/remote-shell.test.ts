import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remoteCommand, sshCommand } from '../../src/model/remote-shell.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'fish', 'tcsh'].filter((shell) =>
	['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell))),
);

const STACK = { name: 'shop', path: '/srv/shop', shell: '/bin/sh' };
const SERVER = { name: 'web1', scope: 'user' } as const;

function remoteIn(folder: string, words: readonly string[], environmentFile = '/nowhere'): string {
	return remoteCommand({ stack: { ...STACK, path: folder }, server: SERVER, environmentFile }, words);
}

/** Runs it as a login shell does, and returns what it wrote. */
async function runBy(shell: string, remote: string): Promise<string> {
	const { stdout } = await execa(shell, ['-c', remote], { stripFinalNewline: false });
	return stdout;
}

const ODD = `it's "odd": $HOME \`id\` \\ \\\\ \\n * ? !x {a,b} ~ #c;&|<>() é 世`;

describe.each(SHELLS)('through %s as the login shell', (shell) => {
	test('words are literal, whatever they contain', async () => {
		const folder = await tempFolder({});
		const printed = await runBy(shell, remoteIn(folder, ['printf', '%s\\n', ODD, '', '-n', '$(id)']));
		expect(printed).toBe(`${ODD}\n\n-n\n$(id)\n`);
	});

	test('one word is a line for the shell', async () => {
		const folder = await tempFolder({});
		expect(await runBy(shell, remoteIn(folder, [`echo 'a b' | tr a-z A-Z; echo "$((1 + 2))"`]))).toBe(
			'A B\n3\n',
		);
	});

	test('it begins in the folder of the code, in current where there is one', async () => {
		const plain = await tempFolder({});
		expect(await runBy(shell, remoteIn(plain, ['pwd']))).toBe(`${plain}\n`);
		const released = await tempFolder({ "it's a \\ $folder/current/Procfile": '' });
		const path = join(released, "it's a \\ $folder");
		expect(await runBy(shell, remoteIn(path, ['pwd']))).toBe(`${path}/current\n`);
	});

	test("with the stack's environment, literally", async () => {
		const value = `${ODD}\nsecond line`;
		const written = value.replace(/["\\$`]/g, '\\$&');
		const folder = await tempFolder({ 'my env': `ODD="${written}"\nRAILS_ENV="production"\n` });
		const words = ['sh', '-c', 'printf "%s|" "$ODD" "$RAILS_ENV" "$PROCDECK_STACK" "$PROCDECK_SERVER"'];
		const printed = await runBy(shell, remoteIn(folder, words, join(folder, 'my env')));
		expect(printed).toBe(`${value}|production|shop|web1|`);
	});
});

test('whatever the words are, they arrive', { timeout: 60_000 }, async () => {
	const folder = await tempFolder({});
	const word = fc.string({ unit: fc.constantFrom(...`'"\\$\`!*? ;&|(){}[]~#=%ab`), maxLength: 12 });
	const property = fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 5 }), async (words) => {
		const remote = remoteIn(folder, ['printf', '%s\\0', ...words]);
		for (const shell of ['sh', ...SHELLS.filter((name) => name === 'fish')]) {
			expect(await runBy(shell, remote)).toBe(words.map((each) => `${each}\0`).join(''));
		}
	});
	await fc.assert(property, { numRuns: 25 });
});

test('where the folder is missing a command does not run elsewhere', async () => {
	const { exitCode, stdout, stderr } = await execa('sh', ['-c', remoteIn('/nowhere/at/all', ['pwd'])], {
		reject: false,
	});
	expect(exitCode).toBe(1);
	expect(stdout).toBe('');
	expect(stderr).toContain('/nowhere/at/all');
});

test('the exit code is that of the command', async () => {
	const folder = await tempFolder({});
	const { exitCode } = await execa('sh', ['-c', remoteIn(folder, ['exit 7'])], { reject: false });
	expect(exitCode).toBe(7);
});

test('the environment of system scope is read as root where it has to be', () => {
	const start = { stack: STACK, environmentFile: '/etc/procdeck/shop.production/environment' };
	const system = remoteCommand({ ...start, server: { name: 'web1', scope: 'system' } }, []);
	expect(system).toContain('sudo -n /bin/sh -c "cat /etc/procdeck/shop.production/environment"');
	expect(remoteCommand({ ...start, server: SERVER }, [])).not.toContain('sudo');
	expect(system).toMatch(/exec "\$\{SHELL:-\/bin\/sh\}" -l'$/);
});

const TIMEOUT = ['-o', 'ConnectTimeout=10'];

test.each([
	[{ user: 'deploy', port: 2222 }, true, ['-t', ...TIMEOUT, '-p', '2222', '--', 'deploy@10.0.0.5', 'x']],
	[{ user: null, port: null }, false, ['-T', ...TIMEOUT, '--', '10.0.0.5', 'x']],
])('ssh is told what the stack file says, and not to wait for minutes: %o', (said, hasTerminal, args) => {
	const command = sshCommand({ name: 'web1', host: '10.0.0.5', ...said }, 'x', {
		hasTerminal,
		connectTimeout: 9_500,
	});
	expect(command).toEqual(['ssh', ...args]);
});
