import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorJson } from '../support/contract.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const APP = { Procfile: 'web: sleep 1000\nworker: sleep 1000\n' };

const fileOf = ({ directory }: TempStack, name: string) => readFile(join(directory, name), 'utf8');

describe('init', () => {
	it('writes a file that the other verbs take', async () => {
		const stack = await tempStack(APP);
		const { exitCode, stdout } = await stack.procdeck('init', '--json');
		expect(exitCode).toBe(0);
		expect(JSON.parse(stdout)).toEqual({ file: join(stack.directory, 'procdeck.yml') });
		expect((await stack.procdeck('check', '--strict')).exitCode).toBe(0);
	});

	it('never overwrites one, and begins one for another environment beside it', async () => {
		const stack = await tempStack({ ...APP, 'procdeck.yml': '# ours\nenvironment: production\n' });
		const again = await stack.procdeck('init', '--json');
		expect([again.exitCode, again.json<ErrorJson>().error.code]).toEqual([1, 'refused']);
		const servers = ['--server', 'web1=deploy@127.0.0.1:1', '--server', 'jobs1=localhost'];
		expect((await stack.procdeck('init', '-e', 'staging', ...servers)).exitCode).toBe(0);
		expect(await fileOf(stack, 'procdeck.yml')).toBe('# ours\nenvironment: production\n');
		expect(await fileOf(stack, 'procdeck.staging.yml')).toMatch(/^environment: staging$/m);
		expect((await stack.procdeck('init', '-e', 'staging')).exitCode).toBe(1);
	});

	it.each([
		[['--server', 'web1'], /"web1" is not NAME=\[USER@\]HOST\[:PORT\]/],
		[['--server', 'a b=host'], /"a b" is no name of a server/],
		[['--server', 'a=one', '--server', 'a=two'], /two servers are called a/],
		[['--server', 'a=-oProxyCommand=x'], /is no address of a server/],
	])('says what is wrong with %j, and writes nothing', async (flags, message) => {
		const stack = await tempStack(APP);
		const { exitCode, stderr } = await stack.procdeck('init', ...flags);
		expect(exitCode).toBe(2);
		expect(stderr).toMatch(message);
		await expect(fileOf(stack, 'procdeck.yml')).rejects.toThrow(/ENOENT/);
	});

	it('asks at a terminal', async () => {
		const stack = await tempStack(APP);
		const terminal = stack.open(['init']);
		await terminal.waitForText('A server as NAME=[USER@]HOST');
		terminal.press('web1=deploy@127.0.0.1:1\r');
		await terminal.waitForText('Another one');
		terminal.press('\r');
		await terminal.waitForText('Environment [production]');
		terminal.press('staging\r');
		expect(await terminal.exited()).toBe(0);
		expect(await fileOf(stack, 'procdeck.yml')).toMatch(
			/^environment: staging\n[\s\S]*web1:\n {4}host: 127\.0\.0\.1$/m,
		);
	});

	it('needs a Procfile', async () => {
		const stack = await tempStack({});
		const { exitCode, json } = await stack.procdeck('init', '--json');
		expect([exitCode, json<ErrorJson>().error.code]).toEqual([2, 'no-procfile']);
	});
});
