import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChangesJson, ErrorJson } from '../support/contract.ts';
import { freePort } from '../support/free-port.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const APP = { Procfile: 'web: sleep 1000\nworker: sleep 1000\n' };

/** With comments, and with a server that nobody answers for. */
async function stackWithServers(): Promise<{ stack: TempStack; text: string }> {
	const text = `# ours
servers:
  here: { local: true }   # this machine
  far:
    host: 127.0.0.1
    port: ${await freePort()}
processes:
  worker: { scale: { here: 1, far: 2 } }
`;
	return { stack: await tempStack({ ...APP, 'procdeck.yml': text }), text };
}

const fileOf = ({ directory }: TempStack, name = 'procdeck.yml') => readFile(join(directory, name), 'utf8');

describe('server add', () => {
	it('of one that cannot be reached says why, and changes nothing', async () => {
		const stack = await tempStack(APP);
		const place = `127.0.0.1:${await freePort()}`;
		const { exitCode, stderr } = await stack.procdeck('server', 'add', 'jobs1', place, '--yes');
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/jobs1: 127\.0\.0\.1 port \d+ refuses the connection/);
		await expect(stat(join(stack.directory, 'procdeck.yml'))).rejects.toThrow(/ENOENT/);
		const json = await stack.procdeck('server', 'add', 'jobs1', place, '--yes', '--json');
		expect(json.json<ErrorJson>().error.code).toBe('unreachable');
	});

	it.each([
		[['a b', 'host'], /is no name of a server/],
		[['jobs1'], /server add NAME \[USER@\]HOST\[:PORT\]/],
		[['jobs1', 'host:99999'], /is no address of a server/],
		[['jobs1', 'host', '--keep'], /server add takes no --keep/],
		[['jobs1', 'host', '--move-to', 'far'], /server add takes no --move-to/],
		[['jobs1', 'host', '--provision', 'make'], /a place and --provision exclude each other/],
		[['far', '--provision', 'make'], /there is a server far already/],
		[['jobs1', 'host', '--scope', 'mine'], /--scope/],
		[['jobs1', 'host', '--port-base', '70000'], /--port-base/],
		[['here', 'host'], /there is a server here already: this machine/],
		[['far', 'other.example'], /there is a server far already: 127\.0\.0\.1:\d+/],
	])('%j is bad usage', async (args, message) => {
		const { stack, text } = await stackWithServers();
		const { exitCode, stderr } = await stack.procdeck('server', 'add', ...args, '--yes');
		expect(exitCode).toBe(2);
		expect(stderr).toMatch(message);
		expect(await fileOf(stack)).toBe(text);
	});

	it('takes no machine twice', async () => {
		const { stack, text } = await stackWithServers();
		const port = /port: (\d+)/.exec(text)?.[1];
		const { exitCode, stderr } = await stack.procdeck('server', 'add', 'again', `127.0.0.1:${port}`, '--yes');
		expect(exitCode).toBe(2);
		expect(stderr).toContain('127.0.0.1 is the server far already');
	});

	it('is not for those who only read', async () => {
		const { procdeck } = await tempStack(APP);
		expect((await procdeck('--read-only', 'server', 'add', 'a', 'host')).stderr).toContain('--read-only');
		expect((await procdeck('--read-only', 'sync')).stderr).toContain('--read-only');
	});
});

describe('server remove', () => {
	it('of one that cannot be reached leaves it in the file, unless it is told to leave what is on it', async () => {
		const { stack, text } = await stackWithServers();
		const refused = await stack.procdeck('server', 'remove', 'far', '--yes');
		expect(refused.exitCode).toBe(1);
		expect(refused.stderr).toContain('`procdeck server remove far --keep`');
		expect(await fileOf(stack)).toBe(text);

		const kept = await stack.procdeck('server', 'remove', 'far', '--keep', '--yes', '--json');
		expect(kept.json<ChangesJson>().changes).toMatchObject([
			{ server: 'far', from: 'far', to: null, outcome: 'done' },
		]);
		expect(await fileOf(stack)).toBe(
			'# ours\nservers:\n  here: { local: true }   # this machine\nprocesses:\n  worker: { scale: { here: 1 } }\n',
		);
	});

	it('says what it would have asked where there is nobody to ask', async () => {
		const { stack, text } = await stackWithServers();
		const { exitCode, stderr } = await stack.procdeck('server', 'remove', 'far', '--keep');
		expect(exitCode).toBe(2);
		expect(stderr).toContain('Take far out of procdeck.yml?');
		expect(await fileOf(stack)).toBe(text);
	});

	it('stops what runs on a local server', async () => {
		const stack = await tempStack({
			...APP,
			'procdeck.yml': 'servers:\n  a: { local: true }\n  b: { local: true }\n',
		});
		await stack.change('start', '--all');
		await stack.change('server', 'remove', 'b', '--yes');
		expect(await fileOf(stack)).toBe('servers:\n  a: { local: true }\n');
		expect((await stack.ps()).servers.map(({ name }) => name)).toEqual(['a']);
		await stack.change('down');
		await stack.ended();
	});

	it('knows no server that the file does not name', async () => {
		const stack = await tempStack(APP);
		expect((await stack.procdeck('server', 'remove', 'local', '--yes')).stderr).toContain('names no servers');
		expect((await stack.procdeck('server', 'remove', 'jobs', '--yes')).exitCode).toBe(2);
	});
});

describe('sync', () => {
	it('has nothing to do where the supervisor reads the files itself', async () => {
		const stack = await tempStack(APP);
		expect(await stack.change('sync')).toEqual([]);
	});

	it('has a row for a server that cannot be reached', async () => {
		const { stack } = await stackWithServers();
		const { exitCode, json } = await stack.procdeck('sync', '--json');
		expect(exitCode).toBe(1);
		expect(json<ChangesJson>().changes).toMatchObject([
			{ server: 'far', outcome: 'unreachable', code: 'unreachable' },
		]);
	});
});

interface FindingsJson {
	readonly findings: readonly {
		readonly server: string;
		readonly check: string;
		readonly ok: boolean;
		readonly message: string;
		readonly fix: string | null;
	}[];
}

describe('doctor', () => {
	it('finds a local server in order', async () => {
		const stack = await tempStack(APP);
		const { exitCode, json } = await stack.procdeck('doctor', '--json');
		const { findings } = json<FindingsJson>();
		expect(findings.map(({ check }) => check)).toEqual(
			expect.arrayContaining(['state', 'lock', 'named pipes', 'log bounds', 'disk space', 'boot']),
		);
		expect(findings.filter(({ ok }) => !ok)).toEqual([]);
		expect(exitCode).toBe(0);
	});

	it('tells the worst first, with its mend below', async () => {
		const { stack } = await stackWithServers();
		const { exitCode, stdout } = await stack.procdeck('doctor');
		expect(exitCode).toBe(1);
		expect(stdout.split('\n')[1]).toMatch(/^fails +far +connection +.*refuses the connection/);
		expect(stdout.split('\n')[2]).toMatch(/^ +mend: Is sshd running there/);
		expect(stdout).toMatch(/^works +here +state/m);
		const { findings } = (await stack.procdeck('doctor', 'far', '--json')).json<FindingsJson>();
		expect(findings).toMatchObject([
			{ server: 'far', check: 'connection', ok: false, fix: expect.any(String) },
		]);
	});

	it('finds a state folder that cannot be written', async () => {
		const stack = await tempStack(APP, { XDG_STATE_HOME: '/dev/null' });
		const { exitCode, stdout } = await stack.procdeck('doctor');
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/^fails +local +state .*\n +mend: make it writable, or set XDG_STATE_HOME/m);
	});
});

describe('completion', () => {
	it('knows what comes where', async () => {
		const { stack } = await stackWithServers();
		const after = async (...words: string[]) =>
			(await stack.procdeck('complete', '--', ...words)).stdout.split('\n');
		expect(await after('server', '')).toEqual(['add', 'remove']);
		expect(await after('server', 'remove', '')).toEqual(['far', 'here']);
		expect(await after('server', 'remove', '--keep', 'f')).toEqual(['far']);
		expect(await after('server', 'remove', 'far', '--move-to', '')).toEqual(['far', 'here']);
		expect(await after('server', 'add', '')).toEqual(['']);
		expect(await after('doctor', '')).toEqual(['far', 'here']);
		expect(await after('sync', '--server', '')).toEqual(['far', 'here']);
	});
});
