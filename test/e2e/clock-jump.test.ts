import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fixture } from '../support/binary.ts';
import type { InstanceJson, ServerJson } from '../support/contract.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive, killAll } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const HOUR = 3_600_000;
const LONGEST_BACKOFF = 60_000;

interface JumpingStack extends TempStack {
	/** Sets the time of day this far from the real one, for the supervisor and for every command at once. */
	jump(milliseconds: number): Promise<void>;
	instance(name: string): Promise<InstanceJson>;
}

async function jumpingStack(files: Readonly<Record<string, string>>): Promise<JumpingStack> {
	const offset = join(await tempFolder({ offset: '0' }), 'offset');
	const stack = await tempStack(files, {
		NODE_OPTIONS: `--require=${fixture('clock-that-jumps.cjs')}`,
		CLOCK_OFFSET_FILE: offset,
	});
	// Some are meant to stop in an hour.
	onTestFinished(() => killAll(stack.processes()));
	const jump = async (milliseconds: number) => {
		await writeFile(`${offset}.new`, String(milliseconds));
		await rename(`${offset}.new`, offset);
	};
	return { ...stack, jump, instance: async (name) => instanceOf(await stack.server(), name) };
}

function until(
	stack: JumpingStack,
	name: string,
	condition: (instance: InstanceJson) => boolean,
): Promise<InstanceJson> {
	return waitFor(async () => {
		const instance = await stack.instance(name);
		return condition(instance) && instance;
	}, `another state of ${name}`);
}

/** What would change if a deadline passed. */
function lifeOf(server: ServerJson, name: string): Partial<InstanceJson> {
	const { state, pid, startedAt, restarts } = instanceOf(server, name);
	return { name, state, pid, startedAt, restarts };
}

/** Milliseconds from `a` to `b`. */
function between(a: string | null, b: string | null): number {
	return Date.parse(String(b)) - Date.parse(String(a));
}

const FILES = {
	Procfile: [
		`steady: ${fixture('runs')}`,
		`loops: ${fixture('exits-with')} 3`,
		`late: ${fixture('runs')}`,
		`patient: ${fixture('runs')}`,
		`quick: ${fixture('ignores-term')}`,
		`slow: ${fixture('ignores-term')}`,
		'',
	].join('\n'),
	'procdeck.yml': `processes:
  late: { ready: { log: never said, timeout: 2 } }
  patient: { ready: { log: never said, timeout: 3000 } }
  quick: { stop: [TERM, 1, KILL] }
  slow: { stop: [TERM, 3000, KILL] }
`,
};

describe.each([
	['forward', HOUR],
	['back', -HOUR],
])('a clock that jumps an hour %s', (_, jump) => {
	it('lets no deadline pass at once and none hang, and what runs is adopted', async () => {
		const stack = await jumpingStack(FILES);
		await stack.procdeck('start', '--no-wait');
		await until(stack, 'loops.1', ({ state, restarts }) => state === 'backoff' && restarts >= 2);
		for (const name of ['quick.1', 'slow.1']) await until(stack, name, ({ state }) => state === 'running');
		await stack.procdeck('stop', 'quick', 'slow', '--no-wait');
		const before = await stack.server();
		const late = instanceOf(before, 'late.1');
		const scaling = stack.change('scale', 'steady=2');
		await until(stack, 'steady.2', ({ pid }) => pid !== null);
		await stack.jump(jump);

		// Those of some seconds pass.
		const { restarts } = instanceOf(before, 'loops.1');
		await until(stack, 'loops.1', (instance) => instance.restarts > restarts);
		await until(stack, 'quick.1', ({ state }) => state === 'stopped');
		await until(stack, 'late.1', (instance) => instance.restarts > late.restarts);
		expect((await stack.instance('late.1')).lastExit).toMatchObject({ reason: 'not ready in 2 s' });
		expect(await scaling).toMatchObject([{ type: 'steady', from: 1, to: 2, outcome: 'done' }]);
		// Those of most of an hour do not, nor when they are another supervisor's to keep.
		const long = ['steady.1', 'patient.1', 'slow.1'];
		const after = await stack.server();
		expect(long.map((name) => lifeOf(after, name))).toEqual(long.map((name) => lifeOf(before, name)));
		const killed = Number(after.supervisorPid);
		process.kill(killed, 'SIGKILL');
		await waitFor(() => !isAlive(killed), 'the supervisor to be gone');
		const adopted = await stack.server();
		expect(adopted.supervisorPid).not.toBe(killed);
		expect(long.map((name) => lifeOf(adopted, name))).toEqual(long.map((name) => lifeOf(before, name)));
		// And what is shown of them is told by the new time of day.
		const { asOf, instances } = await waitFor(async () => {
			const server = await stack.server();
			const { instances } = processOf(server, 'loops');
			return instances[0]?.nextStartAt != null && { asOf: server.asOf, instances };
		}, 'a back-off');
		const wait = between(asOf, instances[0]?.nextStartAt ?? null);
		expect(wait).toBeGreaterThan(0);
		expect(wait).toBeLessThanOrEqual(LONGEST_BACKOFF);
	});

	it('leaves the history, the log and their times in order', async () => {
		const stack = await jumpingStack({ Procfile: `speaks: exec ${fixture('traps-signals.js')} TERM\n` });
		await stack.change('start');
		await stack.change('scale', 'speaks=2');
		const pid = Number(pidsOf(await stack.server(), 'speaks')['speaks.1']);
		await logged(stack, 'trapping');
		await stack.jump(jump);
		process.kill(pid, 'SIGUSR1');
		await logged(stack, 'got USR1');
		await stack.change('scale', 'speaks=3');

		const { history } = (await stack.procdeck('history', '--json')).json<{ history: { to: number }[] }>();
		expect(history.map(({ to }) => to)).toEqual([1, 2, 3]);
		expect(await stack.change('undo')).toMatchObject([{ type: 'speaks', from: 3, to: 2 }]);
		const lines = (await stack.procdeck('logs', 'speaks.1', '--json')).stdout
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(lines.map(({ text }) => text)).toEqual(['trapping', 'got USR1']);
		for (const { at } of lines) expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(2 * HOUR);
	});
});

function logged(stack: JumpingStack, line: string): Promise<boolean> {
	return waitFor(async () => (await stack.procdeck('logs', 'speaks.1')).stdout.includes(line), line);
}
