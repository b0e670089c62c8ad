import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChangesJson, InstanceJson } from '../support/contract.ts';
import { instanceOf, processOf } from '../support/instances.ts';
import { AS_ORDINARY_USER } from '../support/ordinary-user.ts';
import { isAlive, killAll } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

interface Started {
	readonly stack: TempStack;
	/** Of another user, in the tree of worker.1. */
	readonly foreign: number;
	worker(): Promise<InstanceJson>;
}

/** A stack whose only instance has, in its first start, a process that the supervisor may not signal. */
async function startWithForeign(): Promise<Started> {
	const foreign = `setpriv --reuid=${NOBODY} --clear-groups sleep 600`;
	const stack = await tempStack({
		Procfile: `worker: [ -e foreign.pid ] || { ${foreign} & echo $! >foreign.pid; }; exec sleep 600\n`,
		'procdeck.yml': 'processes:\n  worker: { stop: [TERM, 1, KILL] }\n',
	});
	stack.through(AS_ORDINARY_USER);
	await stack.change('start');
	const pid = Number(await readFile(join(stack.directory, 'foreign.pid'), 'utf8'));
	onTestFinished(() => killAll([pid]));
	await waitFor(async () => (await commandOf(pid)).startsWith('sleep'), 'the foreign process');
	return { stack, foreign: pid, worker: async () => instanceOf(await stack.server(), 'worker.1') };
}

async function commandOf(pid: number): Promise<string> {
	return readFile(`/proc/${pid}/cmdline`, 'utf8');
}

// What it takes: a process of another user, and a supervisor that may not signal it.
describe.skipIf(!IS_ROOT)('a stop that leaves a process of another user', () => {
	it('names it, says since when, and is through as soon as that is gone', async () => {
		const { stack, foreign, worker } = await startWithForeign();
		const { exitCode, json } = await stack.procdeck('stop', 'worker', '--json');
		expect(exitCode).toBe(1);
		const [row] = json<ChangesJson>().changes;
		expect(row).toMatchObject({ type: 'worker', outcome: 'failed' });
		expect(row?.reason).toContain(`pid ${foreign} (sleep, of user ${NOBODY}) cannot be signalled`);
		const failed = await worker();
		expect(failed.state).toBe('failed');
		expect((await worker()).lastExit).toEqual(failed.lastExit);
		expect(foreign).toSatisfy(isAlive);

		killAll([foreign]);
		await waitFor(async () => (await worker()).state === 'stopped', 'it to be stopped');
		expect((await worker()).lastExit).toMatchObject({ signal: 'SIGTERM' });
		expect((await stack.procdeck('start', 'worker')).exitCode).toBe(0);
	});

	it('in a restart is followed by the start', async () => {
		const { stack, foreign, worker } = await startWithForeign();
		expect((await stack.procdeck('restart', 'worker')).exitCode).toBe(1);
		expect((await worker()).state).toBe('failed');
		killAll([foreign]);
		await waitFor(async () => (await worker()).state === 'running', 'it to run again');
	});

	it('keeps the next supervisor of a stack that is down until that is gone', async () => {
		const { stack, foreign } = await startWithForeign();
		expect((await stack.procdeck('down')).exitCode).toBe(1);
		const supervisorPid = (await stack.server()).supervisorPid ?? 0;
		killAll([supervisorPid]);
		await waitFor(() => !isAlive(supervisorPid), 'the supervisor to be gone');
		await stack.change('stop');
		const next = await stack.server();
		expect(processOf(next, 'worker').instances).toMatchObject([{ state: 'failed' }]);
		expect(next.supervisorPid).toSatisfy(isAlive);
		killAll([foreign]);
		await stack.ended();
	});
});
