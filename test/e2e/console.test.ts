import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import type { Terminal } from '../support/terminal.ts';
import { waitFor } from '../support/wait-for.ts';

const FILES = {
	Procfile: `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`,
	'procdeck.yml': 'stack: shop\n',
};

async function openConsole(stack: TempStack, ...args: string[]): Promise<Terminal> {
	const console = stack.open(args);
	await console.waitForText(/2\/2 up/);
	return console;
}

const worker = async (stack: TempStack) => processOf(await stack.server(), 'worker');

describe('the console', () => {
	it('starts a stack that was never started and shows it', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		const screen = await console.waitForText('running as');
		expect(screen).toMatch(/^ shop {2}development +2\/2 up +all well$/m);
		expect(screen).toMatch(/worker\s+1\/1/);
	});

	it('scales by key, shown at once as wanted and then as running', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press('Down', '++');
		await console.waitForText(/worker.*3\/3/);
		expect(await worker(stack)).toMatchObject({ wanted: 3, running: 3 });
		console.press('-');
		await console.waitForText(/worker.*2\/2/);
		await waitFor(async () => (await worker(stack)).running === 2, 'two workers');
	});

	it('follows the servers of the stack file, whoever writes it', async () => {
		const servers = (...names: string[]) =>
			`stack: shop\nservers:\n${names.map((name) => `  ${name}: { local: true }\n`).join('')}`;
		const stack = await tempStack({ ...FILES, 'procdeck.yml': servers('here') });
		const console = await openConsole(stack);
		await stack.write('procdeck.yml', servers('first', 'here'));
		await console.waitForText('first was added to procdeck.yml');
		// Nobody in this console has started anything there.
		await console.waitForText(/not started/);
		expect(await console.waitForText(/web on here/)).toMatch(/· first +● here/);
		console.press('Left', 's');
		await console.waitForText('everything on first: start done');
		await stack.write('procdeck.yml', servers('here'));
		await console.waitForText('first was removed from procdeck.yml');
		await console.waitForText(/2\/2 up/);
		await console.waitForText(/web on here/);
	});

	it('says what stays stopped when it scales', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		await stack.change('scale', 'worker=2');
		await stack.change('stop', 'worker.2');
		await console.waitForText(/worker.*1\/2/);
		console.press('Down', '+');
		await console.waitForText(/worker on local: 2 . 3 done, took .*: worker\.2 stays stopped/);
	});

	it('shows the plan before it takes the last instance', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press('Down', '-');
		await console.waitForText(/procdeck scale worker=0/);
		expect(await worker(stack)).toMatchObject({ wanted: 1, running: 1 });
		console.press('y');
		await waitFor(async () => (await worker(stack)).wanted === 0, 'no worker to be wanted');
	});

	it('restarts, stops and starts by key', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		const before = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		console.press('Down', 'r');
		await confirmIfAsked(console, () => !isAlive(before));
		await waitFor(async () => {
			const instance = instanceOf(await stack.server(), 'worker.1');
			return instance.state === 'running' && instance.pid !== before;
		}, 'the successor');
		console.press('s');
		await confirmIfAsked(console, async () => (await worker(stack)).running === 0);
		console.press('s');
		await waitFor(async () => (await worker(stack)).running === 1, 'the worker to run again');
	});

	it('shows a crash and its successor', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press('Down');
		process.kill(pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0, 'SIGKILL');
		await console.waitForText(/worker\.1\s+running.*1x/);
	});

	it('shows a crash loop and its reason', async () => {
		const stack = await tempStack({
			Procfile: `web: ${fixture('runs')}\nworker: ${fixture('exits-with')} 3 broken\n`,
		});
		const console = stack.open([]);
		await console.waitForText(/wrong/);
		await console.waitForText(/exit 3/);
		console.press('!');
		await console.waitForText(/broken/);
	});

	it('fits its terminal', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.resize({ columns: 200, rows: 50 });
		await console.waitForText(/Changes/);
		console.resize({ columns: 40, rows: 10 });
		await console.waitForText(/too small/i);
		// The keys come in their order; a new size may overtake them.
		console.press('+');
		console.press('q');
		expect(await console.exited()).toBe(0);
		expect(processOf(await stack.server(), 'web').wanted).toBe(1);
		const large = await openConsole(stack);
		large.resize({ columns: 40, rows: 10 });
		await large.waitForText(/too small/i);
		large.resize({ columns: 80, rows: 24 });
		await large.waitForText(/2\/2 up/);
	});

	it('quits without a trace and finds everything running when it is opened again', async () => {
		const stack = await tempStack(FILES);
		const first = await openConsole(stack);
		const before = await stack.server();
		first.press('q');
		expect(await first.exited()).toBe(0);
		expect(first.emulator.buffer.active.type).toBe('normal');
		expect(first.screen()).toContain('2 instances keep running');
		const second = await openConsole(stack);
		const after = await stack.server();
		expect(pidsOf(after, 'worker')).toEqual(pidsOf(before, 'worker'));
		expect(after.supervisorPid).toBe(before.supervisorPid);
		second.press('q');
		expect(await second.exited()).toBe(0);
	});

	it('shows what another console and the command line change', async () => {
		const stack = await tempStack(FILES);
		const [first, second] = [await openConsole(stack), await openConsole(stack)];
		first.press('Down', '+');
		await second.waitForText(/worker.*2\/2/);
		await stack.change('scale', 'worker=4');
		await Promise.all([first.waitForText(/worker.*4\/4/), second.waitForText(/worker.*4\/4/)]);
	});

	it('lives through the death of its supervisor', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		const before = await stack.server();
		process.kill(before.supervisorPid ?? 0, 'SIGKILL');
		await waitFor(
			async () => ![null, before.supervisorPid].includes((await stack.server()).supervisorPid),
			'a new one',
		);
		console.press('Down', '+');
		await console.waitForText(/worker.*2\/2/);
		expect(pidsOf(await stack.server(), 'web')).toEqual(pidsOf(before, 'web'));
	});

	it.each(['hangUp', 'SIGTERM', 'SIGHUP'])('ends at %s and leaves the instances', async (end) => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		const before = await stack.server();
		if (end === 'hangUp') console.hangUp();
		else console.kill(end);
		await waitFor(() => !isAlive(console.pid), 'the console to end');
		const after = await stack.server();
		expect(after.supervisorPid).toBe(before.supervisorPid);
		expect(pidsOf(after, 'worker')).toEqual(pidsOf(before, 'worker'));
	});

	it('has a full screen of logs, with a pause that really pauses', async () => {
		const stack = await tempStack({ Procfile: `worker: exec ${fixture('traps-signals.js')} TERM\n` });
		const console = stack.open([]);
		await console.waitForText(/1\/1 up/);
		await console.waitForText('trapping');
		console.press('l');
		await console.waitForText(/following/);
		console.press(' ');
		await console.waitForText(/PAUSED/);
		process.kill(instanceOf(await stack.server(), 'worker.1').pid ?? 0, 'SIGUSR1');
		await console.waitForText(/1 new/);
		expect(console.screen()).not.toContain('got USR1');
		console.press(' ');
		await console.waitForText('got USR1');
	});

	it('shows its keys', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press('?');
		await console.waitForText(/restart/);
		console.press('Escape');
		await console.waitForText(/\? help/);
	});

	it('takes the verbs of the command line', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press(':', 'scale worker=3', 'Enter');
		await console.waitForText(/worker.*3\/3/);
		console.press('u');
		await console.waitForText(/worker.*1\/1/);
	});

	it('uses no colour where NO_COLOR says so', async () => {
		const stack = await tempStack(FILES, { NO_COLOR: '1' });
		const console = await openConsole(stack);
		expect(coloured(console)).toBe(false);
	});

	it('changes nothing when it is read-only', async () => {
		const stack = await tempStack(FILES);
		await stack.change('start');
		const console = await openConsole(stack, '--read-only');
		console.press('Down', '+');
		await console.waitForText(/read-only/);
		expect((await worker(stack)).wanted).toBe(1);
	});

	// A terminal multiplexer that grew meanwhile lets rows of the screen that is left into the one below.
	it('leaves a blank screen behind after it grew', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.resize({ columns: 150, rows: 45 });
		await console.waitForText(/instance {2}state/);
		const left: string[] = [];
		console.emulator.parser.registerCsiHandler({ prefix: '?', final: 'l' }, ([mode]) => {
			if (mode === 1049) left.push(console.screen().trim());
			return false;
		});
		console.press('q');
		expect(await console.exited()).toBe(0);
		expect(left).toEqual(['']);
	});

	it('waits for a Procfile where there is none', async () => {
		const stack = await tempStack({});
		const console = stack.open([]);
		await console.waitForText(/no Procfile/i);
		await stack.write('Procfile', FILES.Procfile);
		await console.waitForText(/2\/2 up/);
	});
});

/** Answers the plan sheet with yes where the change is one that is asked about. */
async function confirmIfAsked(console: Terminal, done: () => boolean | Promise<boolean>): Promise<void> {
	await waitFor(async () => {
		if (/Cancel/.test(console.screen())) console.press('y');
		return done();
	}, 'the change to be made');
}

function coloured({ emulator }: Terminal): boolean {
	const { active } = emulator.buffer;
	for (let row = 0; row < emulator.rows; row += 1) {
		const line = active.getLine(active.viewportY + row);
		for (let column = 0; column < emulator.cols; column += 1) {
			const cell = line?.getCell(column);
			if (cell && !(cell.isFgDefault() && cell.isBgDefault())) return true;
		}
	}
	return false;
}
