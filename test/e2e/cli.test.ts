import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const PROCFILE = `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`;

async function startedStack(files: Readonly<Record<string, string>> = {}): Promise<TempStack> {
	const stack = await tempStack({ Procfile: PROCFILE, ...files });
	await stack.change('start');
	return stack;
}

describe('ps', () => {
	it('shows a stack that was never started and starts nothing', async () => {
		const stack = await tempStack({ Procfile: PROCFILE, 'procdeck.yml': 'stack: shop\n' });
		const { exitCode } = await stack.procdeck('ps');
		const shown = await stack.ps();
		expect(exitCode).toBe(0);
		expect(shown).toMatchObject({ stack: 'shop', environment: 'development', loadBalancer: null });
		expect(shown.servers[0]).toMatchObject({ name: 'local', kind: 'local', connection: 'connected' });
		expect(processOf(await stack.server(), 'worker')).toMatchObject({
			wanted: 1,
			running: 0,
			paused: null,
			orphan: false,
			instances: [{ name: 'worker.1', state: 'stopped', pid: null }],
		});
		await stack.ended();
	});

	it('shows what runs', async () => {
		const stack = await startedStack();
		const server = await stack.server();
		expect(server.supervisorPid).toSatisfy(isAlive);
		expect(instanceOf(server, 'web.1')).toMatchObject({
			state: 'running',
			restarts: 0,
			stale: false,
			lastExit: null,
		});
		expect(instanceOf(server, 'web.1').pid).toSatisfy(isAlive);
		const { stdout } = await stack.procdeck('ps');
		expect(stdout).toMatch(/web\.1\s+running/);
	});

	it('is what the bare command prints where there is no terminal', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const { exitCode, stdout } = await stack.procdeck();
		expect(exitCode).toBe(0);
		expect(stdout).toContain('worker');
		await stack.ended();
	});
});

describe('start and down', () => {
	it('are unchanged the second time', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		expect(await stack.change('start')).toMatchObject([
			{ server: 'local', type: 'web', from: 0, to: 1, outcome: 'done' },
			{ server: 'local', type: 'worker', from: 0, to: 1, outcome: 'done' },
		]);
		const outcomes = (await stack.change('start')).map(({ outcome }) => outcome);
		expect(new Set(outcomes)).toEqual(new Set(['unchanged']));
	});

	it('keep the formation and leave nothing behind', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'worker=3');
		await stack.change('down');
		await stack.ended();
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 3, running: 0 });
		await stack.change('start');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 3, running: 3 });
	});

	it('take a formation as foreman does', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start', '-m', 'worker=2');
		const server = await stack.server();
		expect(processOf(server, 'web')).toMatchObject({ wanted: 0, running: 0 });
		expect(processOf(server, 'worker')).toMatchObject({ wanted: 2, running: 2 });
	});
});

describe('scale', () => {
	it('sets, adds and takes, highest numbers first, and leaves the others alone', async () => {
		const stack = await startedStack();
		const first = pidsOf(await stack.server(), 'worker');
		expect(await stack.change('scale', 'worker=2')).toMatchObject([
			{ type: 'worker', from: 1, to: 2, outcome: 'done' },
		]);
		expect(await stack.change('scale', 'worker+2', 'web=2')).toHaveLength(2);
		expect(await stack.change('scale', 'worker-1')).toMatchObject([{ type: 'worker', from: 4, to: 3 }]);
		const now = pidsOf(await stack.server(), 'worker');
		expect(Object.keys(now)).toEqual(['worker.1', 'worker.2', 'worker.3']);
		expect(now).toMatchObject(first);
	});

	it('prints the formation in the form that it takes', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'worker=2');
		expect((await stack.procdeck('scale')).stdout.trim()).toBe('web=1 worker=2');
		expect((await stack.procdeck('scale', '--json')).json()).toEqual({
			formation: { local: { web: 1, worker: 2 } },
		});
	});

	it('records the count of a stack that does not run', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const rows = await stack.change('scale', 'worker=2');
		expect(rows[0]?.reason).toBeTruthy();
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 2, running: 0 });
	});
});

describe('restart', () => {
	it('replaces the instances of a type', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'worker=2');
		const before = await stack.server();
		await stack.change('restart', 'worker');
		const after = await stack.server();
		expect(Object.values(pidsOf(after, 'worker'))).toHaveLength(2);
		for (const pid of Object.values(pidsOf(before, 'worker')))
			expect(Object.values(pidsOf(after, 'worker'))).not.toContain(pid);
		expect(pidsOf(after, 'web')).toEqual(pidsOf(before, 'web'));
	});

	it('replaces one instance', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'worker=2');
		const before = pidsOf(await stack.server(), 'worker');
		expect(await stack.change('restart', 'worker.2')).toMatchObject([
			{ type: 'worker', instance: 'worker.2', outcome: 'done' },
		]);
		const after = pidsOf(await stack.server(), 'worker');
		expect(after['worker.1']).toBe(before['worker.1']);
		expect(after['worker.2']).not.toBe(before['worker.2']);
	});

	it('takes a command that has changed, and only then', async () => {
		const stack = await startedStack();
		await stack.write('Procfile', PROCFILE.replace('worker: ', 'worker: LEVEL=2 '));
		const changed = await stack.server();
		expect(instanceOf(changed, 'worker.1').stale).toBe(true);
		expect(instanceOf(changed, 'web.1').stale).toBe(false);
		await stack.change('restart', '--stale');
		const after = await stack.server();
		expect(instanceOf(after, 'worker.1').stale).toBe(false);
		expect(pidsOf(after, 'web')).toEqual(pidsOf(changed, 'web'));
	});
});

describe('stop, pause and their opposites', () => {
	it('stop keeps the wanted count until start', async () => {
		const stack = await startedStack();
		await stack.change('stop', 'worker');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 1, running: 0, paused: null });
		expect(processOf(await stack.server(), 'web')).toMatchObject({ running: 1 });
		await stack.change('start', 'worker');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 1, running: 1 });
	});

	it('pause keeps the old count and resume brings it back', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'worker=2');
		await stack.change('pause', 'worker');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 0, running: 0, paused: 2 });
		await stack.change('resume', 'worker');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 2, running: 2, paused: null });
	});
});

describe('logs', () => {
	it('are merged over instances, the last lines first asked for', async () => {
		const stack = await startedStack();
		const { stdout } = await stack.procdeck('logs', '--json');
		const lines = stdout
			.split('\n')
			.map((line) => JSON.parse(line) as { instance: string; text: string; server: string });
		expect(lines.map(({ instance }) => instance).sort()).toEqual(['web.1', 'worker.1']);
		expect(lines[0]).toMatchObject({ server: 'local', text: expect.stringMatching(/^running as \d+$/) });
		expect((await stack.procdeck('logs', 'web', '-n', '1')).stdout).toMatch(/^\S*\s*web\.1.*running as \d+$/);
		expect((await stack.procdeck('logs', '--grep', 'no such line')).stdout).toBe('');
	});
});

describe('run', () => {
	it("has the stack's environment and hands on the exit code", async () => {
		const stack = await tempStack({ Procfile: PROCFILE, '.env': 'GREETING=hello\n' });
		const { exitCode, stdout } = await stack.procdeck('run', 'sh', '-c', 'echo $GREETING $RAILS_ENV; exit 7');
		expect(stdout).toBe('hello development');
		expect(exitCode).toBe(7);
	});
});

describe('stacks', () => {
	it('lists the stacks of this machine', async () => {
		const stack = await startedStack({ 'procdeck.yml': 'stack: shop\n' });
		const { stdout } = await stack.procdeck('stacks');
		expect(stdout).toContain('shop');
		expect(stdout).toContain(stack.directory);
	});
});

describe('history and undo', () => {
	it('tell who did what, and take back the last of it, then the one before', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'worker=2');
		await stack.change('pause', 'web');
		const { history } = (await stack.procdeck('history', '--json')).json<{
			history: Record<string, unknown>[];
		}>();
		const scaled = { verb: 'scale', server: 'local', type: 'worker', from: 1, to: 2, outcome: 'done' };
		expect(history).toContainEqual(expect.objectContaining(scaled));
		await stack.change('undo');
		expect(processOf(await stack.server(), 'web')).toMatchObject({ wanted: 1, running: 1, paused: null });
		await stack.change('undo');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 1, running: 1 });
	});
});
