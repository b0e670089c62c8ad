import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCFILE = `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`;

async function killSupervisor(stack: TempStack): Promise<number> {
	const { supervisorPid } = await stack.server();
	if (supervisorPid === null) throw new Error('no supervisor to kill');
	process.kill(supervisorPid, 'SIGKILL');
	await waitFor(() => !isAlive(supervisorPid), 'the supervisor to be gone');
	return supervisorPid;
}

/** The files of the stack's state with this name. */
async function stateFiles(stack: TempStack, name: string): Promise<string[]> {
	const names = await readdir(stack.stateHome, { recursive: true });
	return names.filter((path) => path.endsWith(name)).map((path) => join(stack.stateHome, path));
}

describe('a supervisor that is killed', () => {
	it('is followed by one that adopts the same pids', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		await stack.change('scale', 'worker=3');
		const before = await stack.server();
		const killed = await killSupervisor(stack);
		const after = await stack.server();
		expect(after.supervisorPid).not.toBe(killed);
		expect(pidsOf(after, 'worker')).toEqual(pidsOf(before, 'worker'));
		expect(pidsOf(after, 'web')).toEqual(pidsOf(before, 'web'));
		expect(instanceOf(after, 'worker.1')).toMatchObject({ state: 'running', restarts: 0 });
	});

	it('leaves instances whose deaths are noticed later as not seen', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		const pid = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		await killSupervisor(stack);
		process.kill(pid, 'SIGKILL');
		await waitFor(() => !isAlive(pid), 'the instance to be gone');
		const instance = await waitFor(async () => {
			const found = instanceOf(await stack.server(), 'worker.1');
			return found.state === 'running' && found;
		}, 'a successor');
		expect(instance.pid).not.toBe(pid);
		expect(instance.lastExit).toMatchObject({ code: null, signal: null });
	});

	it('has a successor that restarts and stops what it adopted', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		await killSupervisor(stack);
		const adopted = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		process.kill(adopted, 'SIGKILL');
		await waitFor(async () => {
			const { pid, state } = instanceOf(await stack.server(), 'worker.1');
			return state === 'running' && pid !== adopted;
		}, 'a successor of the adopted instance');
		await stack.change('down');
		await stack.ended();
	});

	it('in the middle of a change loses nothing', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		await stack.procdeck('scale', 'worker=8', '--no-wait');
		await killSupervisor(stack);
		await waitFor(async () => processOf(await stack.server(), 'worker').running === 8, 'all eight to run');
		const { instances } = processOf(await stack.server(), 'worker');
		expect(new Set(instances.map(({ pid }) => pid)).size).toBe(8);
		const shells = stack.processes().length;
		await stack.change('scale', 'worker=0', 'web=0');
		expect(stack.processes().length).toBeLessThanOrEqual(shells - 9);
	});

	it('loses no line that is written while it is dead', async () => {
		const stack = await tempStack({ Procfile: `worker: exec ${fixture('traps-signals.js')} TERM\n` });
		await stack.change('start');
		await waitFor(async () => (await stack.procdeck('logs')).stdout.includes('trapping'), 'the traps');
		const pid = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		await killSupervisor(stack);
		process.kill(pid, 'SIGUSR2');
		await waitFor(async () => (await stack.procdeck('logs')).stdout.includes('got USR2'), 'the line');
		expect(isAlive(pid)).toBe(true);
	});
});

describe('state on the disk', () => {
	it('that was cut short is made good from what runs and what was kept', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		await stack.change('scale', 'worker=2');
		const before = await stack.server();
		await killSupervisor(stack);
		const formations = await stateFiles(stack, 'formation.json');
		expect(formations).toHaveLength(1);
		for (const file of formations) await truncate(file, 10);
		const after = await stack.server();
		expect(pidsOf(after, 'web')).toEqual(pidsOf(before, 'web'));
		expect(pidsOf(after, 'worker')['worker.1']).toBe(pidsOf(before, 'worker')['worker.1']);
	});

	it('is never left half written', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		for (const count of [2, 1, 3]) await stack.procdeck('scale', `worker=${count}`, '--no-wait');
		await killSupervisor(stack);
		for (const file of await stateFiles(stack, '.json')) {
			expect(JSON.parse(await readFile(file, 'utf8')), file).toBeTypeOf('object');
		}
	});
});

describe('a socket that a dead supervisor left', () => {
	it('is in nobody’s way', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		const pids = Object.values(pidsOf(await stack.server(), 'web'));
		await killSupervisor(stack);
		for (const pid of pids) process.kill(pid, 'SIGKILL');
		expect((await stack.procdeck('start')).exitCode).toBe(0);
		expect(processOf(await stack.server(), 'web').running).toBe(1);
	});
});

describe('several clients at once', () => {
	it('get one supervisor and their changes in some order', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		const results = await Promise.all(Array.from({ length: 4 }, () => stack.procdeck('start')));
		expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
		await Promise.all(['worker+1', 'worker+1', 'worker+1', 'web+1'].map((by) => stack.procdeck('scale', by)));
		const server = await stack.server();
		expect(processOf(server, 'worker')).toMatchObject({ wanted: 4, running: 4 });
		expect(processOf(server, 'web')).toMatchObject({ wanted: 2, running: 2 });
	});
});
