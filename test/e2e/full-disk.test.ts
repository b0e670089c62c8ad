import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { fixture } from '../support/binary.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** Counts in the log, and in a file that is never on the small disk. */
const COUNTS =
	'i=0; while :; do i=$((i+1)); echo "line $i"; echo $i >$PS.new; mv $PS.new $PS; sleep 0.05; done';

async function diskOver(directory: string, stack: TempStack, { skip }: TestContext): Promise<SmallDisk> {
	const disk = (await smallDisk(directory)) ?? skip('this user may not make mount namespaces');
	stack.through(disk.through(stack.directory));
	return disk;
}

async function countOf(stack: TempStack): Promise<number> {
	return Number(await readFile(join(stack.directory, 'worker.1'), 'utf8'));
}

async function goesOn(stack: TempStack): Promise<void> {
	const before = await countOf(stack);
	await waitFor(async () => (await countOf(stack)) > before + 2, 'the app to go on');
}

describe('a full disk', () => {
	it('under the state is one clear error, and what runs goes on', async (test) => {
		const stack = await tempStack({
			Procfile: `web: ${fixture('runs')}\nworker: ${COUNTS}\n`,
			'../state/.keep': '',
		});
		const disk = await diskOver(stack.stateHome, stack, test);
		await stack.change('start');
		const before = await stack.server();
		await disk.fill();
		const { exitCode, stdout, stderr } = await stack.procdeck('scale', 'worker=2');
		expect(exitCode, stdout).toBe(1);
		expect(stdout + stderr).toMatch(/cannot write .*formation\.json: ENOSPC/);
		await goesOn(stack);

		const crashed = pidsOf(before, 'web')['web.1'] ?? 0;
		process.kill(crashed, 'SIGKILL');
		await waitFor(async () => {
			const { state, pid } = instanceOf(await stack.server(), 'web.1');
			return state === 'running' && pid !== crashed;
		}, 'the crashed instance to run again');
		const after = await stack.server();
		expect(pidsOf(after, 'worker')).toEqual(pidsOf(before, 'worker'));
		expect(after.supervisorPid).toBe(before.supervisorPid);

		await disk.free();
		await stack.change('scale', 'web=3');
		expect(processOf(await stack.server(), 'web').running).toBe(3);
	});

	it('under the logs costs lines and nothing else, and they come again when there is room', async (test) => {
		const stack = await tempStack({ Procfile: `worker: ${COUNTS}\n` });
		// Once, so that there is a folder to mount over.
		await stack.change('start');
		await stack.change('down');
		await stack.ended();
		const root = join(stack.stateHome, 'procdeck');
		const [name] = (await readdir(root)).filter((entry) => entry !== 'run');
		const logs = join(root, String(name), 'logs');
		await mkdir(logs, { recursive: true });
		const disk = await diskOver(logs, stack, test);
		await stack.change('start');
		const before = await stack.server();
		await disk.fill();
		await goesOn(stack);
		await stack.change('scale', 'worker=2');
		const after = await stack.server();
		expect(after.supervisorPid).toBe(before.supervisorPid);
		expect(instanceOf(after, 'worker.1')).toMatchObject({
			pid: instanceOf(before, 'worker.1').pid,
			restarts: 0,
		});

		await disk.free();
		const from = await countOf(stack);
		const log = await waitFor(async () => {
			const { stdout } = await stack.procdeck('logs', 'worker.1', '-n', '5');
			return lastCount(stdout) > from && stdout;
		}, 'new lines');
		expect(log).toMatch(/^(worker\.1 \| line \d+\n?){5}$/);
	});
});

function lastCount(log: string): number {
	return Number(/line (\d+)\s*$/.exec(log)?.[1]);
}
