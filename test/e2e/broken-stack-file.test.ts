import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import type { ErrorJson } from '../support/contract.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const FILES = {
	Procfile: `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`,
	'procdeck.yml': 'stack: shop\nservers:\n  one: { local: true }\n  two: { local: true }\n',
};

/** What a stack file may become, and what is said about it. */
const BREAKS: readonly (readonly [what: string, text: string, message: RegExp])[] = [
	['no YAML', 'a: [', /procdeck\.yml:\d: not valid YAML/],
	[
		'an unknown key',
		'stack: shop\nservers:\n  one: { local: true, colour: red }\n',
		/procdeck\.yml:3: servers\.one\.colour is an unknown key/,
	],
	['a wrong type', 'stack: shop\nservers: 2\n', /procdeck\.yml:2: servers must be a mapping/],
];

async function started(): Promise<TempStack> {
	const stack = await tempStack(FILES);
	await stack.change('start');
	return stack;
}

async function replaceByFolder({ directory }: TempStack): Promise<void> {
	await rm(join(directory, 'procdeck.yml'));
	await mkdir(join(directory, 'procdeck.yml'));
}

describe('a stack file that breaks while the stack runs', () => {
	it.each(BREAKS)('by %s is told, and all servers are still seen and changed', async (_, text, message) => {
		const stack = await started();
		await stack.write('procdeck.yml', text);

		const { exitCode, stdout, stderr } = await stack.procdeck('ps');
		expect(exitCode).toBe(0);
		expect(stderr).toMatch(message);
		expect(stdout).toMatch(/^shop \(development\) {2}4 of 4 running\n/);
		expect(stdout).toMatch(message);
		expect(stdout).toMatch(/^one$[\s\S]*^two$/m);

		await stack.change('scale', 'worker=2', '--server', 'two');
		await stack.change('restart', 'web', '--server', 'one');
		await stack.change('stop', 'worker', '--server', 'one');
		await stack.change('start', 'worker', '--server', 'one');
		await stack.change('pause', 'worker', '--server', 'two');
		expect((await stack.procdeck('logs')).exitCode).toBe(0);
		expect(processOf(await stack.server('one'), 'worker')).toMatchObject({ running: 1, orphan: false });
		await stack.change('down');
		await stack.ended();
	});

	it('is told once a command, also with --json, and not with -q', async () => {
		const stack = await started();
		await stack.write('procdeck.yml', 'a: [');
		expect((await stack.procdeck('stop', '--all', '--json')).stderr.split('\n')).toEqual([
			expect.stringMatching(/^warning: procdeck\.yml:/),
		]);
		expect((await stack.procdeck('ps', '-q')).stderr).toBe('');
	});

	it('into a folder is told too', async () => {
		const stack = await started();
		await replaceByFolder(stack);
		const { exitCode, stderr } = await stack.procdeck('stop', 'web', '--all');
		expect([exitCode, stderr]).toEqual([0, expect.stringContaining('procdeck.yml: is a folder, not a file')]);
	});

	it('is an error for what makes something of the files', async () => {
		const stack = await started();
		await stack.write('procdeck.yml', 'a: [');
		for (const args of [['check'], ['up'], ['run', 'true']])
			expect((await stack.procdeck(...args)).exitCode, args.join(' ')).toBe(2);
		await stack.change('down');
		for (const verb of ['start', 'restart'])
			expect((await stack.procdeck(verb, '--json')).json<ErrorJson>().error.code).toBe('invalid-file');
		expect((await stack.procdeck('ps')).stdout).toMatch(/^down: /m);
		await stack.ended();
	});

	it('leaves the console open, with the error', async () => {
		const stack = await started();
		await stack.write('procdeck.yml', 'a: [');
		const console = stack.open([]);
		await console.waitForText(/shop[\s\S]*4\/4 up[\s\S]*procdeck\.yml:\d+ +not valid YAML/);
		console.press('q');
		expect(await console.exited()).toBe(0);
	});

	it('does not keep a new supervisor from what runs, which keeps its command until the file is mended', async () => {
		const stack = await started();
		const before = await stack.server('two');
		await stack.write('procdeck.yml', 'a: [');
		const pid = before.supervisorPid ?? 0;
		process.kill(pid, 'SIGKILL');
		await waitFor(() => !isAlive(pid), 'the supervisor to end');
		expect(pidsOf(await stack.server('two'), 'web')).toEqual(pidsOf(before, 'web'));
		await stack.change('restart', 'web', '--server', 'two');
		expect(instanceOf(await stack.server('two'), 'web.1').state).toBe('running');
		expect((await stack.procdeck('scale', 'web=2', '--server', 'two')).exitCode).toBe(2);
		await stack.write('procdeck.yml', FILES['procdeck.yml']);
		await stack.change('scale', 'web=2', '--server', 'two');
	});

	it('never means another environment', async () => {
		const stack = await tempStack({ ...FILES, 'procdeck.staging.yml': 'stack: shop\n' });
		await stack.change('start', '-e', 'staging');
		await stack.write('procdeck.yml', 'a: [');
		const { exitCode, stderr } = await stack.procdeck('down');
		expect([exitCode, stderr]).toEqual([2, expect.stringContaining('shop (staging)')]);
		await stack.write('procdeck.development.yml', 'stack: shop\n');
		expect((await stack.procdeck('ps')).exitCode).toBe(2);
		await stack.change('down', '-e', 'staging');
		await stack.ended();
	});
});

describe('a stack file that is removed or renames the stack', () => {
	it.each([
		['removed', ''],
		['renamed', 'stack: store\n'],
	])('and is %s: what runs under the name before is not forgotten', async (how, text) => {
		const stack = await started();
		if (how === 'removed') await rm(join(stack.directory, 'procdeck.yml'));
		else await stack.write('procdeck.yml', text);
		const { exitCode, stderr } = await stack.procdeck('ps');
		expect(exitCode).toBe(0);
		expect(stderr).toContain('shop (development) still runs in this folder with 4 instances');
		expect(stderr).toContain('"stack: shop"');
		const console = stack.open(['--read-only']);
		await console.waitForText(/shop \(development\) +still runs/);
		console.press('q');
		await console.exited();
		await stack.write('procdeck.yml', FILES['procdeck.yml']);
		const { stderr: silent } = await stack.procdeck('down');
		expect(silent).toBe('');
	});

	it('leaves the running one as it is, and tells it', async () => {
		const stack = await started();
		const console = stack.open([]);
		await console.waitForText('4/4 up');
		await stack.write('procdeck.yml', 'stack: store\nprocesses:\n  web: { restart: never }\n');
		await console.waitForText(/this is shop \(development\)/);
		console.press('q');
		await console.exited();
		await stack.write('procdeck.yml', FILES['procdeck.yml']);
	});

	it('says nothing of another environment that runs beside it', async () => {
		const stack = await tempStack({ Procfile: FILES.Procfile });
		await stack.change('start', '-e', 'staging');
		expect((await stack.procdeck('ps')).stderr).toBe('');
		await stack.change('down', '-e', 'staging');
	});
});

describe('-f', () => {
	const files = { ...FILES, 'Procfile.other': `web: ${fixture('runs')}\nother: ${fixture('runs')}\n` };

	it('that is not the Procfile of the running stack is said to be without effect', async () => {
		const stack = await tempStack(files);
		await stack.change('start');
		for (const args of [['ps'], ['stop', 'web', '--all'], ['restart', 'web', '--all'], ['start']]) {
			const { stderr } = await stack.procdeck('-f', 'Procfile.other', ...args);
			expect(stderr, args.join(' ')).toMatch(/-f Procfile\.other is not used: the stack runs by Procfile /);
			expect(stderr).toContain('`procdeck -f Procfile.other start`');
		}
		const console = stack.open(['-f', 'Procfile.other']);
		await console.waitForText(/-f Procfile\.other +is not used/);
		console.press('q');
		await console.exited();
	});

	it('that is, or with nothing running, is no news', async () => {
		const stack = await tempStack(files);
		expect((await stack.procdeck('-f', 'Procfile.other', 'ps')).stderr).toBe('');
		await stack.change('-f', './Procfile.other', 'start');
		expect((await stack.procdeck('-f', 'Procfile.other', 'ps')).stderr).toBe('');
		expect((await stack.procdeck('-f', 'Procfile', 'ps')).stderr).toContain(
			'the stack runs by Procfile.other',
		);
	});
});
