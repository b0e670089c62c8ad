import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const PROCFILE = `web: ${fixture('runs')}\n`;

describe('a shell on a local server', () => {
	const FILES = { Procfile: PROCFILE, '.env': 'GREETING="hello there"\n' };

	it("is in the folder of the app, with the stack's environment", async () => {
		const stack = await tempStack(FILES);
		const shell = stack.open(['ssh', 'local']);
		shell.press('echo "[$PWD] [$GREETING] [$PROCDECK_SERVER]"; exit 3', 'Enter');
		await shell.waitForText(`[${stack.directory}] [hello there] [local]`);
		expect(await shell.exited()).toBe(3);
	});

	it('runs one command', async () => {
		const stack = await tempStack(FILES);
		const line = await stack.procdeck('ssh', 'local', 'echo "$GREETING"; exit 4');
		expect(line).toMatchObject({ exitCode: 4, stdout: 'hello there' });
		const words = await stack.procdeck('ssh', 'local', '--', 'printf', '%s', '$GREETING -x');
		expect(words).toMatchObject({ exitCode: 0, stdout: '$GREETING -x' });
	});

	it('needs a terminal, or a command', async () => {
		const stack = await tempStack(FILES);
		const { exitCode, stderr } = await stack.procdeck('ssh', 'local');
		expect(exitCode).toBe(2);
		expect(stderr).toMatch(/a shell needs a terminal.*procdeck ssh local -- COMMAND/s);
	});

	it('names the servers where there is no such one', async () => {
		const stack = await tempStack(FILES);
		const { exitCode, stderr } = await stack.procdeck('ssh', 'locl', '--', 'true');
		expect(exitCode).toBe(2);
		expect(stderr).toContain('did you mean local?');
	});

	it('is opened by o in the console, which comes back as it was', async () => {
		const stack = await tempStack({ ...FILES, Procfile: `${PROCFILE}worker: ${fixture('runs')}\n` });
		const console = stack.open([]);
		await console.waitForText(/2\/2 up/);
		console.press('Down');
		await console.waitForText(/>worker/);
		console.press('o');
		await console.waitForText(/^[#$] $/m);
		expect(console.emulator.buffer.active.type).toBe('normal');
		console.press('echo "in $PWD"', 'Enter');
		await console.waitForText(`in ${stack.directory}`);
		console.press('exit', 'Enter');
		await console.waitForText(/>worker .*1\/1/);
		expect(console.emulator.buffer.active.type).toBe('alternate');
		console.press('+');
		await console.waitForText(/>worker .*2\/2/);
	});
});

describe('a shell on a server over SSH', () => {
	let sshd: Sshd;
	beforeAll(async () => {
		sshd = await startSshd();
	});
	afterAll(() => sshd.stop());

	/** A stack whose code is in a folder with blanks; the user's ssh has the settings of the test. */
	async function farStack(): Promise<{ stack: TempStack; code: string }> {
		const code = await tempFolder({ 'current/Procfile': PROCFILE }, 'the code');
		const bin = await tempFolder({}, 'bin');
		await writeFile(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${sshd.configFile}' "$@"\n`);
		await chmod(join(bin, 'ssh'), 0o755);
		const home = await tempFolder({}, 'home');
		await mkdir(join(home, '.ssh'), { mode: 0o700 });
		const path = `${bin}:${process.env.PATH}`;
		const file = `path: ${JSON.stringify(code)}\nservers:\n  far: { host: test, scope: user }\n`;
		const stack = await tempStack({ Procfile: PROCFILE, 'procdeck.yml': file }, { PATH: path, HOME: home });
		return { stack, code };
	}

	it('runs one command where instances run, and returns its exit code', async () => {
		const { stack, code } = await farStack();
		const { stdout, exitCode } = await stack.procdeck(
			'ssh',
			'far',
			'--',
			'sh',
			'-c',
			'pwd; echo "it\'s $PROCDECK_SERVER"; exit 7',
		);
		expect(stdout).toBe(`${code}/current\nit's far`);
		expect(exitCode).toBe(7);
	});

	it('is a login shell of the user there, with a terminal', async () => {
		const { stack, code } = await farStack();
		const shell = stack.open(['ssh', 'far'], { columns: 120, rows: 24 });
		shell.press(
			'echo "[$PWD] [$PROCDECK_STACK]"; test -t 0 && echo "a $((1 + 1))nd terminal"; exit 5',
			'Enter',
		);
		await shell.waitForText(`[${code}/current] [app]`);
		await shell.waitForText('a 2nd terminal');
		expect(await shell.exited()).toBe(5);
	});

	it('says what ssh says where the server does not answer', async () => {
		const { stack } = await farStack();
		await stack.write('procdeck.yml', 'servers:\n  gone: { host: 127.0.0.1, port: 1 }\n');
		const { exitCode, stderr } = await stack.procdeck('ssh', 'gone', '--', 'true');
		expect(exitCode).toBe(255);
		expect(stderr).toMatch(/port 1: Connection refused/);
	});
});
