import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fixture } from '../support/binary.ts';
import { instanceOf, pidsOf } from '../support/instances.ts';
import { AS_ORDINARY_USER } from '../support/ordinary-user.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCFILE = `worker: ${fixture('runs')}\n`;

async function started(): Promise<{ stack: TempStack; folder: string }> {
	const stack = await tempStack({ Procfile: PROCFILE });
	stack.through(AS_ORDINARY_USER);
	await stack.change('start');
	const root = join(stack.stateHome, 'procdeck');
	const [name] = (await readdir(root)).filter((entry) => entry !== 'run');
	return { stack, folder: join(root, String(name)) };
}

async function makeReadOnly(directory: string): Promise<void> {
	await chmod(directory, 0o500);
	onTestFinished(() => chmod(directory, 0o700));
}

describe('a state folder that cannot be written', () => {
	it('from the start is one clear error, and nothing runs', async () => {
		const stack = await tempStack({ Procfile: PROCFILE, '../state/.keep': '' });
		stack.through(AS_ORDINARY_USER);
		await makeReadOnly(stack.stateHome);
		for (const verb of ['start', 'up']) {
			const { exitCode, stdout, stderr } = await stack.procdeck(verb);
			expect(exitCode, stdout + stderr).toBe(1);
			expect(stderr).toMatch(new RegExp(`^procdeck: cannot .*${stack.stateHome}.*EACCES`, 'm'));
			expect(stderr).not.toMatch(/^\s+at /m);
			await stack.ended();
		}
	});

	it('under a running stack refuses changes, and what runs goes on', async () => {
		const { stack, folder } = await started();
		const before = await stack.server();
		await makeReadOnly(folder);
		const { exitCode, stdout, stderr } = await stack.procdeck('scale', 'worker=2');
		expect(exitCode).toBe(1);
		expect(stdout + stderr).toMatch(new RegExp(`cannot write ${folder}/formation.json: .*EACCES`));
		expect(pidsOf(await stack.server(), 'worker')).toEqual(pidsOf(before, 'worker'));

		const pid = pidsOf(before, 'worker')['worker.1'] ?? 0;
		process.kill(pid, 'SIGKILL');
		await waitFor(async () => {
			const instance = instanceOf(await stack.server(), 'worker.1');
			return instance.state === 'running' && instance.pid !== pid;
		}, 'the crashed instance to run again');
		expect((await stack.server()).supervisorPid).toBe(before.supervisorPid);

		await chmod(folder, 0o700);
		await stack.change('scale', 'worker=2');
	});

	it('is no reason not to stop', async () => {
		const { stack, folder } = await started();
		await makeReadOnly(folder);
		const { stdout, stderr } = await stack.procdeck('down');
		expect(stdout + stderr).toContain(`${folder}/formation.json`);
	});
});

describe('a logs folder that cannot be written', () => {
	it('keeps new instances from starting, says so, and lets them come when it can be', async () => {
		const { stack, folder } = await started();
		const before = await stack.server();
		const logs = join(folder, 'logs');
		await makeReadOnly(logs);
		const { exitCode, stdout, stderr } = await stack.procdeck('scale', 'worker=2');
		expect(exitCode).toBe(1);
		expect(stdout + stderr).toMatch(new RegExp(`worker.2: cannot start: EACCES.*${logs}`));
		expect(pidsOf(await stack.server(), 'worker')).toEqual(pidsOf(before, 'worker'));
		await chmod(logs, 0o700);
		await stack.change('restart', 'worker.2');
	});
});
