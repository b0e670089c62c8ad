import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { fixture, runBinary } from '../support/binary.ts';
import type { ChangesJson, EnvironmentJson, ErrorJson } from '../support/contract.ts';
import { instanceOf } from '../support/instances.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const FILES = {
	Procfile: `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`,
	'procdeck.yml': 'stack: shop\nenv:\n  FIXED: yes\n',
	'.env': '# ours\nTOKEN=geheim # for the shop\n',
};

/** Runs the binary with something on its stdin. */
function withInput({ directory, env }: TempStack, input: string, ...args: string[]) {
	return runBinary(args, { cwd: directory, env, input });
}

const envFile = ({ directory }: TempStack, name = '.env') => readFile(join(directory, name), 'utf8');

describe('env', () => {
	it('tells where each variable comes from, and no value unless it is asked for', async () => {
		const stack = await tempStack(FILES);
		const { stdout } = await stack.procdeck('env');
		expect(stdout).toMatch(/^FIXED +\*\*\* +procdeck\.yml:3$/m);
		expect(stdout).toMatch(/^RAILS_ENV +\*\*\* +procdeck$/m);
		expect(stdout).toMatch(/^TOKEN +\*\*\* +\.env:2$/m);
		const { environment } = (await stack.procdeck('env', '--json')).json<EnvironmentJson>();
		expect(environment).toContainEqual({ name: 'TOKEN', value: null, source: '.env', line: 2 });
		expect(`${stdout}${JSON.stringify(environment)}`).not.toMatch(/geheim|yes|development/);
	});

	it('shows values without what would drive the terminal', async () => {
		const stack = await tempStack({ ...FILES, '.env': 'A="x\u001b[2J\ny\tz"\n' });
		expect((await stack.procdeck('env', '--show')).stdout).toMatch(/^A +x\\ny\\tz +\.env:1$/m);
		const { environment } = (await stack.procdeck('env', '--show', '--json')).json<EnvironmentJson>();
		expect(environment).toContainEqual({ name: 'A', value: 'x\u001b[2J\ny\tz', source: '.env', line: 1 });
	});
});

describe('env set', () => {
	it('takes one value as stdin has it, and keeps the rest of the file and its mode', async () => {
		const stack = await tempStack(FILES);
		await chmod(join(stack.directory, '.env'), 0o640);
		const value = 'line one\n"two" \'#$HOME\n';
		const { exitCode, json } = await withInput(stack, `${value}\n`, 'env', 'set', 'TOKEN', '--json');
		expect(exitCode).toBe(0);
		expect(json<ChangesJson & { file: string }>()).toEqual({
			changes: [{ server: 'local', type: null, from: null, to: 'TOKEN', outcome: 'done', reason: null }],
			file: '.env',
		});
		expect(await envFile(stack)).toBe(`# ours\nTOKEN=\`${value}\` # for the shop\n`);
		expect((await stat(join(stack.directory, '.env'))).mode & 0o777).toBe(0o640);
		const printed = await stack.procdeck(
			'run',
			'--',
			process.execPath,
			'-p',
			'JSON.stringify(process.env.TOKEN)',
		);
		expect(JSON.parse(printed.stdout)).toBe(value);
	});

	it('takes several from lines, and all of them for -', async () => {
		const stack = await tempStack({ ...FILES, '.env.development': '' });
		await withInput(stack, 'A=1\nB="2 2"\nC=3\n', 'env', 'set', 'B', 'A');
		expect(await envFile(stack, '.env.development')).toBe("B='2 2'\nA=1\n");
		await withInput(stack, 'C=3\n', 'env', 'set', '-', '--file', '.env');
		expect(await envFile(stack)).toBe(`${FILES['.env']}C=3\n`);
	});

	it('asks at a terminal, and shows nothing of what is typed', async () => {
		const stack = await tempStack(FILES);
		const terminal = stack.open(['env', 'set', 'NEW', 'OTHER']);
		await terminal.waitForText('Value of NEW');
		terminal.press('verborgen', 'Enter');
		await terminal.waitForText('Value of OTHER');
		terminal.press('auch', 'Enter');
		expect(await terminal.exited()).toBe(0);
		expect(terminal.screen()).not.toMatch(/verborgen|auch/);
		expect(await envFile(stack)).toBe(`${FILES['.env']}NEW=verborgen\nOTHER=auch\n`);
	});

	it('that nobody answers changes nothing', async () => {
		const stack = await tempStack(FILES);
		const terminal = stack.open(['env', 'set', 'NEW']);
		await terminal.waitForText('Value of NEW');
		terminal.press('Escape');
		expect(await terminal.exited()).toBe(1);
		expect(await envFile(stack)).toBe(FILES['.env']);
	});

	it.each([
		[['set', 'A=verborgen'], 2],
		[['set', '--value=verborgen', 'A'], 2],
		[['set', 'A', 'verborgen/x'], 2],
		[['A=verborgen'], 2],
		[['--verborgen=x'], 2],
		[['set'], 2],
		[['set', 'A', '--show'], 2],
		[['set', 'FIXED'], 1],
		[['set', 'PS'], 1],
		[['set', 'A', '--file', 'other.env'], 2],
		[['unset', 'FIXED'], 1],
		[['unset', '-'], 2],
		[['--no-push'], 2],
		[['set', 'A', '--read-only'], 2],
	] as const)('%j is refused, and no value is repeated', async (args, exitCode) => {
		const stack = await tempStack(FILES);
		const plain = await withInput(stack, 'x', 'env', ...args);
		expect([plain.exitCode, plain.stdout]).toEqual([exitCode, '']);
		expect(plain.stderr).toMatch(/^procdeck: /);
		expect(plain.stderr).not.toContain('verborgen');
		const json = await withInput(stack, 'x', 'env', ...args, '--json');
		expect(json.json<ErrorJson>().error.message).not.toContain('verborgen');
		expect(await envFile(stack)).toBe(FILES['.env']);
	});

	it('warns where git does not ignore the file, and only there', async () => {
		const stack = await tempStack(FILES);
		const set = async (value: string) => (await withInput(stack, value, 'env', 'set', 'A')).stderr;
		expect(await set('1')).not.toContain('git');
		await execa('git', ['init', '--quiet'], { cwd: stack.directory });
		expect(await set('2')).toContain('git does not ignore .env');
		await stack.write('.gitignore', '.env\n');
		expect(await set('3')).not.toContain('git');
		await execa('git', ['add', '--force', '.env'], { cwd: stack.directory });
		expect(await set('4')).toContain('git does not ignore .env');
	});

	it('makes a file that only its owner can read', async () => {
		const { Procfile } = FILES;
		const stack = await tempStack({ Procfile });
		await withInput(stack, '1', 'env', 'set', 'A', '--file', '.env.development');
		expect((await stat(join(stack.directory, '.env.development'))).mode & 0o777).toBe(0o600);
	});
});

it('what runs has an older environment then, and restart --stale takes just that', async () => {
	const stack = await tempStack(FILES);
	await stack.change('start');
	const set = await withInput(stack, 'new', 'env', 'set', 'TOKEN');
	expect(set.stderr).toContain('procdeck restart --stale --server local');
	expect((await stack.procdeck('ps')).stdout.match(/stale/g)).toHaveLength(2);
	await stack.change('restart', 'web');
	const before = await stack.server();
	expect(['web.1', 'worker.1'].map((name) => instanceOf(before, name).stale)).toEqual([false, true]);
	await stack.change('restart', '--stale');
	const after = await stack.server();
	expect(['web.1', 'worker.1'].map((name) => instanceOf(after, name).stale)).toEqual([false, false]);
	expect(instanceOf(after, 'web.1').pid).toBe(instanceOf(before, 'web.1').pid);
	const environ = await readFile(`/proc/${instanceOf(after, 'worker.1').pid}/environ`, 'utf8');
	expect(environ.split('\0')).toContain('TOKEN=new');
	const unset = await stack.procdeck('env', 'unset', 'TOKEN');
	expect(unset.exitCode).toBe(0);
	expect(await envFile(stack)).toBe('# ours\n');
	const { stdout } = await stack.procdeck('history', '--json');
	expect(JSON.parse(stdout).history).toMatchObject([
		{ verb: 'start' },
		{ verb: 'start' },
		{ verb: 'env set', to: 'TOKEN', outcome: 'done' },
		{ verb: 'restart' },
		{ verb: 'restart' },
		{ verb: 'env unset', from: 'TOKEN', outcome: 'done' },
	]);
});

describe(':env in the console', () => {
	async function openConsole(stack: TempStack, ...args: string[]) {
		const console = stack.open(args, { columns: 100, rows: 30 });
		await console.waitForText(/2\/2 up/);
		const command = async (line: string) => {
			console.press(':');
			await console.waitForText(/^ :_/m);
			console.press(line, 'Enter');
		};
		return { console, command };
	}

	it('asks for the value, which is not shown, and tells what is stale', async () => {
		const stack = await tempStack(FILES);
		const { console, command } = await openConsole(stack);
		await command('env set TOKEN');
		await console.waitForText('env set TOKEN asks');
		console.press('verborgen');
		await console.waitForText(/\*{9}_/);
		console.press('Enter');
		await console.waitForText(/env set TOKEN ─ exit 0/);
		expect(console.screen()).toContain('procdeck restart --stale');
		console.press('Escape');
		await console.waitForText('2 stale');
		expect(console.screen()).not.toContain('verborgen');
		expect(await envFile(stack)).toContain('TOKEN=verborgen #');
		await command('restart --stale');
		await console.waitForText('same as   procdeck restart --stale');
		console.press('y');
		await console.waitForText(/all well/);
	});

	it('takes no value with the command, and changes nothing where it is read-only', async () => {
		const stack = await tempStack(FILES);
		await stack.change('start');
		const { console, command } = await openConsole(stack, '--read-only');
		await command('env set TOKEN=verborgen');
		await console.waitForText('TOKEN= has a value behind it');
		console.press('Escape');
		await command('env set TOKEN');
		await console.waitForText(/read-only: this console/);
		console.press('Escape');
		await command('env');
		await console.waitForText(/TOKEN +\*\*\* +\.env:2/);
		expect(await envFile(stack)).toBe(FILES['.env']);
	});
});
