import { describe, expect, it } from 'vitest';
import { fixture, runBinary } from '../support/binary.ts';
import type { ErrorJson } from '../support/contract.ts';
import { processOf } from '../support/instances.ts';
import { tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCFILE = `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`;
const ONE_SERVER = { Procfile: PROCFILE };
const TWO_SERVERS = {
	Procfile: PROCFILE,
	'procdeck.yml': 'servers:\n  one: { local: true }\n  two: { local: true }\n',
};

describe('with several servers', () => {
	it('what is refused says where', async () => {
		const stack = await tempStack(TWO_SERVERS);
		await stack.change('start');
		const one = await stack.procdeck('restart', 'web.77', '--server', 'two');
		expect(one.stderr).toMatch(/^procdeck: .*web\.77 on two/);
		expect(one.stderr).toContain('`procdeck ps --server two`');
		const all = await stack.procdeck('restart', 'web.77', '--all');
		expect(all.stderr).toMatch(/^procdeck: .*web\.77 on one.*\n.*web\.77 on two/);
		expect([one.exitCode, all.exitCode]).toEqual([2, 2]);
	});

	it('a change of one says which, and its advice is for that one', async () => {
		const stack = await tempStack(TWO_SERVERS);
		await stack.change('start');
		await stack.change('stop', 'web', '--server', 'two');
		const { stdout } = await stack.procdeck('scale', 'web=2', '--server', 'two');
		expect(stdout).toMatch(/^SERVER +WHAT +FROM +TO +OUTCOME\ntwo +web +1 +2 +recorded +web is stopped/);
		expect(stdout).toContain('`procdeck start web --server two`');
	});

	it('a mistake in the arguments comes before the question which', async () => {
		const stack = await tempStack(TWO_SERVERS);
		expect((await stack.procdeck('scale', 'web')).stderr).toContain('web: the count is missing');
		expect((await stack.procdeck('scale', 'wbe=2')).stderr).toContain('did you mean web?');
		expect((await stack.procdeck('scale', 'web=2')).stderr).toContain('one, two');
	});
});

it('a type that left the Procfile is told from one that never was', async () => {
	const stack = await tempStack(ONE_SERVER);
	await stack.change('start');
	await stack.write('Procfile', `web: ${fixture('runs')}\n`);
	await waitFor(async () => processOf(await stack.server(), 'worker').orphan, 'the worker to be an orphan');
	await stack.change('stop', 'worker');
	const refusals = async () => [
		await stack.procdeck('scale', 'worker=2', '--json'),
		await stack.procdeck('restart', 'worker.1', '--json'),
	];
	const left = { code: 'unknown-type', message: expect.stringContaining('worker has left the Procfile') };
	for (const { exitCode, json } of await refusals()) {
		expect(exitCode).toBe(2);
		expect(json<ErrorJson>().error).toMatchObject({ ...left, hint: expect.stringContaining('Procfile') });
	}
	await stack.change('down');
	for (const { json } of await refusals()) expect(json<ErrorJson>().error).toMatchObject(left);
	const { stderr } = await stack.procdeck('scale', 'wroker=2');
	expect(stderr).toContain('there is no process type "wroker"');
	expect(stack.processes()).toEqual([]);
});

it('what is not waited for is recorded, not done', async () => {
	const stack = await tempStack(ONE_SERVER);
	await stack.change('start');
	const { stdout } = await stack.procdeck('stop', '--no-wait');
	expect(stdout).toMatch(/^web +1 +0 +recorded$/m);
	expect(stdout).not.toMatch(/done/);
});

it('what is advised can be pasted', async () => {
	const stack = await tempStack({ '../my app/Procfile': PROCFILE });
	const at = (...args: string[]) =>
		runBinary(['-C', '../my app', '-e', 'staging', ...args], { cwd: stack.directory, env: stack.env });
	expect((await at('ps')).stdout).toContain("not started: procdeck -C '../my app' -e staging start");
	expect((await at('start')).exitCode).toBe(0);
	expect((await at('up')).stderr).toContain("`procdeck -C '../my app' -e staging down`");
	expect((await at('down')).exitCode).toBe(0);
	const { stdout } = await at('--json', 'scale', 'web=2');
	expect(stdout).toContain("`procdeck -C '../my app' -e staging start`");
});

it('ps fits the terminal, and keeps everything elsewhere', async () => {
	const stack = await tempStack({
		Procfile: `a-process-with-a-long-name: ${fixture('runs')}\nweb: exit 3\n`,
	});
	await stack.procdeck('start');
	await waitFor(async () => processOf(await stack.server(), 'web').instances[0]!.restarts > 0, 'a crash');
	for (const columns of [80, 60, 40]) {
		// Lines that wrapped would begin on the next row of a terminal of the same width.
		const terminal = stack.open(['ps'], { columns, rows: 12 });
		await terminal.exited();
		const rows = terminal.screen().trimEnd().split('\n');
		expect(rows, terminal.screen()).toHaveLength(4);
		expect(rows[2]).toMatch(/^a-process-with-a-long-nam\S* +running/);
	}
	expect((await stack.procdeck('ps')).stdout).toMatch(/PID +PORT +UP +CPU +MEM +RESTARTS +LAST EXIT/);
});

it('a long restart says which instance it is at', async () => {
	const Procfile = `worker: trap 'sleep 2; exit' TERM; while :; do sleep 0.1; done\n`;
	const stack = await tempStack({ Procfile });
	await stack.change('start', '-m', 'worker=2');
	const terminal = stack.open(['restart']);
	await terminal.waitForText('restarting ... 0 of 2 settled (now worker.1)');
	await terminal.waitForText('restarting ... 1 of 2 settled (now worker.2)');
	expect(await terminal.exited()).toBe(0);
	expect(terminal.screen()).not.toContain('restarting');
});

describe('--read-only', () => {
	it.each([
		[['--read-only', 'scale', 'web=2']],
		[['scale', 'web=2', '--read-only']],
		[['--read-only', 'up']],
		[['boot', 'enable', '--read-only']],
	])('%j changes nothing', async (args) => {
		const stack = await tempStack(ONE_SERVER);
		const { exitCode, stderr } = await stack.procdeck(...args);
		expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--read-only: ')]);
		expect((await stack.procdeck('scale')).stdout).toBe('web=1 worker=1');
	});

	it('lets reports be', async () => {
		const stack = await tempStack(ONE_SERVER);
		const before = await stack.procdeck('--read-only', 'ps');
		const after = await stack.procdeck('ps', '--read-only');
		expect([before.exitCode, after.stdout]).toEqual([0, before.stdout]);
	});
});
