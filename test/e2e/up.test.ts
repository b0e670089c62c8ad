import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BINARY, fixture } from '../support/binary.ts';
import { pidsOf, processOf } from '../support/instances.ts';
import { isAlive, killAll, openersOf } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCFILE = `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`;

/** `procdeck up` as a script runs it: no terminal, output collected. */
function up(stack: TempStack, ...args: string[]) {
	const child = execa(process.execPath, [BINARY, 'up', ...args], {
		cwd: stack.directory,
		env: stack.env,
		extendEnv: false,
		reject: false,
	});
	let output = '';
	child.stdout.on('data', (data: Buffer) => {
		output += data;
	});
	return { child, output: () => output };
}

async function lockOf({ stateHome }: TempStack): Promise<string> {
	const names = await readdir(stateHome, { recursive: true });
	return join(stateHome, names.find((name) => name.endsWith('/lock')) ?? '');
}

const running = (stack: TempStack, type: string) => async () => processOf(await stack.server(), type).running;

describe('up', () => {
	it('prefixes the lines of every instance and stops all on Ctrl-C', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const { child, output } = up(stack);
		await waitFor(
			() => /web\.1 .*running as/.test(output()) && /worker\.1 .*running as/.test(output()),
			'both lines',
		);
		child.kill('SIGINT');
		expect((await child).exitCode).toBe(0);
		await stack.ended();
	});

	it('takes counts as foreman does, for this run only', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const { child } = up(stack, '-m', 'worker=2');
		await waitFor(running(stack, 'worker'), 'the workers');
		expect(processOf(await stack.server(), 'web')).toMatchObject({ wanted: 0, running: 0 });
		child.kill('SIGTERM');
		expect((await child).exitCode).toBe(0);
		expect(processOf(await stack.server(), 'worker')).toMatchObject({ wanted: 1, running: 0 });
	});

	it('restarts what crashes, and is worked on by the other verbs', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const { child } = up(stack);
		await waitFor(running(stack, 'worker'), 'the worker');
		const pid = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		process.kill(pid, 'SIGKILL');
		await waitFor(
			async () => (pidsOf(await stack.server(), 'worker')['worker.1'] ?? pid) !== pid,
			'a successor',
		);
		await stack.change('scale', 'worker=2');
		expect(processOf(await stack.server(), 'worker').running).toBe(2);
		expect((await stack.procdeck('down')).exitCode).toBe(0);
		await child;
		await stack.ended();
	});

	it('ends with all instances when told to', async () => {
		const stack = await tempStack({
			Procfile: `web: ${fixture('runs')}\nworker: ${fixture('exits-with')} 3\n`,
		});
		const { child } = up(stack, '--exit-on-failure');
		expect((await child).exitCode).toBe(1);
		await stack.ended();
	});

	it('runs again after a down', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		await stack.change('down');
		const { child } = up(stack);
		await waitFor(running(stack, 'worker'), 'the worker');
		child.kill('SIGINT');
		expect((await child).exitCode).toBe(0);
	});

	it('refuses to run beside another supervisor', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		const { exitCode, stderr } = await stack.procdeck('up');
		expect(exitCode).toBe(2);
		expect(stderr).toMatch(/run/);
	});

	it('ends where its lock is gone, says so, and leaves what runs', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const { child } = up(stack);
		await waitFor(running(stack, 'worker'), 'the worker');
		const { 'worker.1': pid } = pidsOf(await stack.server(), 'worker');
		killAll(openersOf(await lockOf(stack)));
		const { exitCode, stderr } = await child;
		expect(exitCode).toBe(1);
		expect(stderr).toContain('the lock of this stack is gone');
		expect(pid).toSatisfy(isAlive);
	});

	it('adopts after its own kill -9', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const first = up(stack);
		await waitFor(running(stack, 'worker'), 'the worker');
		const pids = pidsOf(await stack.server(), 'worker');
		const { supervisorPid } = await stack.server();
		process.kill(supervisorPid ?? 0, 'SIGKILL');
		await first.child;
		const lock = await lockOf(stack);
		await waitFor(() => openersOf(lock).length === 0, 'the lock to be free');
		const second = up(stack);
		// Any other command would make itself a supervisor of what runs.
		await waitFor(() => openersOf(lock).length > 0, 'the next supervisor');
		expect(pidsOf(await stack.server(), 'worker')).toEqual(pids);
		second.child.kill('SIGINT');
		await second.child;
		for (const pid of Object.values(pids)) expect(pid).not.toSatisfy(isAlive);
	});
});
