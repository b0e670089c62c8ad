import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import type { ErrorJson } from '../support/contract.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const PROCFILE = `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`;

/** Runs a command that must fail with exit code 2, once for people and once for scripts, and returns both messages. */
async function refusal(stack: TempStack, ...args: string[]): Promise<{ code: string; text: string }> {
	const people = await stack.procdeck(...args);
	expect(people.exitCode, people.stdout + people.stderr).toBe(2);
	expect(people.stdout).toBe('');
	expect(people.stderr).not.toMatch(/^\s+at /m);
	const scripts = await stack.procdeck(...args, '--json');
	expect(scripts.exitCode).toBe(2);
	await stack.ended();
	const { code, message } = scripts.json<ErrorJson>().error;
	expect(message).toBeTruthy();
	return { code, text: people.stderr };
}

describe('a Procfile', () => {
	it('that is missing', async () => {
		const stack = await tempStack({});
		expect(await refusal(stack, 'start')).toMatchObject({
			code: 'no-procfile',
			text: expect.stringMatching(/Procfile/),
		});
		const { exitCode, stdout } = await stack.procdeck('check', '--json');
		expect(exitCode).toBe(2);
		expect(JSON.parse(stdout)).toMatchObject({ procfile: null, processes: [] });
	});

	it('that is empty', async () => {
		const stack = await tempStack({ Procfile: '# nothing yet\n' });
		const { exitCode, stdout, stderr } = await stack.procdeck('start');
		expect(stderr + stdout).toMatch(/Procfile|process type/i);
		expect([0, 2]).toContain(exitCode);
		await stack.ended();
	});

	it('with two entries of one name', async () => {
		const stack = await tempStack({ Procfile: 'web: a\nworker: b\nweb: c\n' });
		const { code, text } = await refusal(stack, 'start');
		expect(code).toBe('invalid-file');
		expect(text).toMatch(/web/);
		expect(text).toMatch(/\b1\b.*\b3\b|\b3\b.*\b1\b/s);
	});

	it.each([
		[['start'], ''],
		[['restart'], ''],
		[['scale', 'worker=2'], ''],
		[['resume', 'worker'], ''],
		[['move', 'worker', '--from', 'a', '--to', 'b'], 'servers: { a: { local: true }, b: { local: true } }\n'],
	])('that broke, or went, after the stack was stopped: %j', async (args, servers) => {
		const stack = await tempStack({ Procfile: PROCFILE, 'procdeck.yml': servers });
		await stack.change('start');
		await stack.change('down');
		await stack.write('Procfile', 'web: a\nworker: b\nweb: c\n');
		expect((await refusal(stack, ...args)).code).toBe('invalid-file');
		await rm(join(stack.directory, 'Procfile'));
		expect((await refusal(stack, ...args)).code).toBe('no-procfile');
	});

	it('that breaks while the stack runs leaves the last good one in use', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		await stack.write('Procfile', 'web: a\nworker: b\nweb: c\n');
		await stack.change('scale', 'worker=2');
		expect(Object.keys(pidsOf(await stack.server(), 'worker'))).toHaveLength(2);
		await stack.change('stop', 'web');
		await rm(join(stack.directory, 'Procfile'));
		await stack.change('down');
		await stack.ended();
	});

	it('in a folder that does not exist', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		expect(await refusal(stack, '-C', 'nowhere', 'ps')).toMatchObject({ code: 'usage' });
	});
});

describe('a word that is not known', () => {
	it.each([
		[['sacle', 'web=1'], 'usage', /scale/],
		[['ps', '--nonsense'], 'usage', /--nonsense/],
		[['scale', 'wroker=2'], 'unknown-type', /worker/],
		[['restart', 'wroker'], 'unknown-type', /worker/],
		[['stop', 'worker.99', '--server', 'lcoal'], 'unknown-server', /local/],
	])('%j says what was meant', async (args, code, hint) => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const error = await refusal(stack, ...args);
		expect(error.code).toBe(code);
		expect(error.text).toMatch(hint);
	});
});

describe('a count', () => {
	it.each([
		['worker=-1', 'usage'],
		['worker=x', 'usage'],
		['worker=1.5', 'usage'],
		['worker', 'usage'],
		['worker=1e9', 'limit'],
		['worker=1000000000', 'limit'],
		['web=101', 'limit'],
	])('%s is refused', async (argument, code) => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const error = await refusal(stack, 'scale', argument);
		expect(error.code).toBe(code);
		expect(error.text).toContain(argument.split('=')[0]);
	});

	it('has a limit that the stack file sets', async () => {
		const stack = await tempStack({
			Procfile: PROCFILE,
			'procdeck.yml': 'processes:\n  worker: { max_instances: 2 }\n',
		});
		expect(await refusal(stack, 'scale', 'worker=3')).toMatchObject({
			code: 'limit',
			text: expect.stringMatching(/\b2\b/),
		});
	});
});

describe('a stack file', () => {
	it.each([
		['a key that is not known', 'procesess:\n  web: { scale: 1 }\n', /procdeck\.yml:1.*processes/s],
		[
			'a value of another type',
			'processes:\n  web:\n    rolling: many\n',
			/procdeck\.yml:3.*processes\.web\.rolling/s,
		],
		[
			'a signal that is not known',
			'processes:\n  web:\n    stop: [TREM, 10, KILL]\n',
			/procdeck\.yml:3.*stop/s,
		],
		['a size that is none', 'processes:\n  web:\n    log_max: big\n', /procdeck\.yml:3.*log_max/s],
		[
			'a policy that is not known',
			'processes:\n  web:\n    restart: sometimes\n',
			/always.*on-failure.*never/s,
		],
		['a key twice', 'stack: a\nstack: b\n', /procdeck\.yml:2/],
		['a line that is no YAML', 'stack: [a\n', /procdeck\.yml/],
		['a list where a mapping belongs', '- a\n- b\n', /procdeck\.yml/],
		['a server that does not exist', 'processes:\n  web:\n    scale: { elsewhere: 1 }\n', /elsewhere/],
	])('with %s', async (_, text, message) => {
		const stack = await tempStack({ Procfile: PROCFILE, 'procdeck.yml': text });
		const error = await refusal(stack, 'start');
		expect(error.code).toBe('invalid-file');
		expect(error.text).toMatch(message);
	});

	it('of another environment is never read', async () => {
		const stack = await tempStack({ Procfile: PROCFILE, 'procdeck.yml': 'environment: production\n' });
		expect((await refusal(stack, 'ps', '-e', 'staging')).text).toMatch(/staging/);
	});
});

describe('a command that does not exist', () => {
	it('is a crash with its reason, and the others run', async () => {
		const stack = await tempStack({ Procfile: `web: ${fixture('runs')}\nworker: no-such-program-here\n` });
		const { exitCode } = await stack.procdeck('start');
		expect(exitCode).toBe(3);
		const server = await stack.server();
		expect(instanceOf(server, 'worker.1')).toMatchObject({
			state: 'backoff',
			lastExit: { code: 127, signal: null },
		});
		expect(processOf(server, 'web').running).toBe(1);
		expect((await stack.procdeck('logs', 'worker', '-n', '1')).stdout).toMatch(/no-such-program-here/);
	});
});

describe('files that cannot be used', () => {
	it('a state folder that is a file', async () => {
		const stack = await tempStack({ Procfile: PROCFILE, '../state/procdeck': 'in the way' });
		const { exitCode, stderr } = await stack.procdeck('start');
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/state/);
		expect(stderr).not.toMatch(/^\s+at /m);
		await stack.ended();
	});
});

describe('names with terminal escapes', () => {
	it('never reach the terminal by an error', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const { exitCode, stderr } = await stack.procdeck('scale', '\u001b]0;stolen\u0007worker=2');
		expect(exitCode).toBe(2);
		expect(stderr).toContain('procdeck: ');
		expect(stderr).not.toMatch(/[\u001b\u0007]/);
	});
});
