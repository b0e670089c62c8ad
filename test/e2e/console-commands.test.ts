import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
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

/** Types a command and takes it. */
async function command(console: Terminal, line: string): Promise<void> {
	console.press(':');
	await console.waitForText(/^ :_/m);
	console.press(line, 'Enter');
}

/** The processes of the stack whose command line has these words. */
function running(stack: TempStack, words: string): number[] {
	return stack.processes().filter((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(words);
		} catch {
			return false;
		}
	});
}

describe('the verbs of the command line in the console', () => {
	it('show what they write on a page, with how they ended', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		await command(console, 'ps');
		await console.waitForText(/ps ─ exit 0/);
		expect(console.screen()).toMatch(/worker\.1 +running/);
		await command(console, 'up');
		await console.waitForText(/up ─ exit 2/);
		expect(console.screen()).toContain('a supervisor runs local of this stack already');
		console.press('Escape');
		await console.waitForText(/logs ─ following/);
		await command(console, 'stoop web');
		await console.waitForText('did you mean stop?');
	});

	it('are about the stack that the console is open on', async () => {
		const stack = await tempStack({ 'other/Procfile': FILES.Procfile });
		const console = await openConsole(stack, '-C', 'other', '-e', 'staging');
		await command(console, 'check');
		await console.waitForText(/check ─ exit 0/);
		expect(console.screen()).toMatch(/other\/Procfile \(staging\)/);
	});

	it('end with their page', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		await command(console, 'logs -f --grep running');
		await console.waitForText(/logs -f --grep running ─ running/);
		await console.waitForText(/web\.1 .*running as/);
		expect(running(stack, '--grep running')).toHaveLength(1);
		console.press('Escape');
		await console.waitForText(/logs ─ following/);
		await waitFor(() => running(stack, '--grep running').length === 0, 'the verb to end');
	});

	it('end with the console', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		await command(console, 'ps --watch');
		await console.waitForText(/ps --watch ─ running/);
		console.kill('SIGHUP');
		await waitFor(() => !isAlive(console.pid), 'the console to end');
		await waitFor(() => running(stack, '--watch').length === 0, 'the verb to end');
	});

	it('take everything down once that is confirmed, and s starts again', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		await command(console, 'down');
		await console.waitForText(/same as +procdeck down/);
		expect(processOf(await stack.server(), 'web').running).toBe(1);
		console.press('y');
		await console.waitForText(/0\/2 up +down; s starts/);
		console.press('s');
		await console.waitForText(/2\/2 up/);
	});

	it('ask what they have to ask, and a server that they remove leaves the console', async () => {
		const servers = 'servers:\n  here: { local: true }\n  there: { local: true }\n';
		const stack = await tempStack({ ...FILES, 'procdeck.yml': `stack: shop\n${servers}` });
		const console = stack.open([]);
		await console.waitForText(/4\/4 up/);
		await command(console, 'server remove there');
		await console.waitForText(/web\.1, worker\.1 on there: Enter stops them/);
		console.press('Enter');
		await console.waitForText('Remove there?');
		expect(console.screen()).toMatch(/stop +web\.1, worker\.1/);
		console.press('n');
		await console.waitForText(/server remove there ─ exit 1/);
		expect(console.screen()).toContain('nothing was changed');
		await command(console, 'server remove there --move-to here');
		await console.waitForText('Remove there?');
		expect(console.screen()).toMatch(/move +web, worker to here/);
		console.press('y');
		await console.waitForText(/server remove there --move-to here ─ exit 0/);
		console.press('Escape');
		await console.waitForText('there was removed from procdeck.yml');
		await console.waitForText(/4\/4 up/);
		expect(console.screen()).not.toContain('● there');
	});

	it('complete with Tab', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press(':', 'res', 'Tab');
		await console.waitForText(/restart {2}resume/);
		console.press('t', 'Tab', 'worker.', 'Tab');
		await console.waitForText(/:restart worker\.1 _/);
	});

	it('change nothing where the console is read-only', async () => {
		const stack = await tempStack(FILES);
		await stack.change('start');
		const console = await openConsole(stack, '--read-only');
		for (const line of ['run true', 'down', 'up', 'scale web=2']) {
			await command(console, line);
			await console.waitForText(/read-only: this console/);
			console.press('Escape');
		}
		await command(console, 'history');
		await console.waitForText(/history ─ exit 0/);
		expect(processOf(await stack.server(), 'web')).toMatchObject({ wanted: 1, running: 1 });
	});
});

describe(':run', () => {
	it('has the terminal to itself, and the console comes back as it was', async () => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		console.press('Down');
		await console.waitForText(/>worker/);
		await command(
			console,
			`run sh -c 'trap "echo trapped" INT; echo ready in $PROCDECK_STACK; read a; echo "got $a"; read b; exit 7'`,
		);
		await console.waitForText('ready in shop');
		expect(console.emulator.buffer.active.type).toBe('normal');
		// All of them keys of the console, which it must not see; Ctrl-C is the command's own.
		console.press('s+q', 'Enter');
		await console.waitForText('got s+q');
		console.press('Ctrl-C');
		await console.waitForText('trapped');
		await console.waitForText(/exit 7; any key goes back/);
		console.press('x');
		await console.waitForText(/>worker .*1\/1/);
		expect(console.emulator.buffer.active.type).toBe('alternate');
		expect(console.screen()).toMatch(/^ shop {2}development +2\/2 up +all well$/m);
		console.press('+');
		await console.waitForText(/worker.*2\/2/);
		expect(processOf(await stack.server(), 'web').wanted).toBe(1);
	});

	it.each(['hangUp', 'SIGTERM'])('ends with the console at %s', async (end) => {
		const stack = await tempStack(FILES);
		const console = await openConsole(stack);
		await command(console, 'run sleep 1000');
		await waitFor(() => running(stack, 'sleep 1000').length > 0, 'the command');
		if (end === 'hangUp') console.hangUp();
		else console.kill(end);
		await waitFor(() => !isAlive(console.pid), 'the console to end');
		await waitFor(() => running(stack, 'sleep 1000').length === 0, 'the command to end');
		expect(processOf(await stack.server(), 'web').running).toBe(1);
	});
});

describe('saving a log', () => {
	it('keeps what was typed until it works, and knows the home folder', async () => {
		const home = await tempFolder({});
		const stack = await tempStack(FILES, { HOME: home });
		const console = stack.open([]);
		await console.waitForText(/running as/);
		console.press('l');
		await console.waitForText(/logs ─ web/);
		console.press('s');
		await console.waitForText(/save to web-/);
		console.press('\u0015', '/nowhere/x.log', 'Enter');
		await console.waitForText('save to /nowhere/x.log_  there is no folder /nowhere');
		await writeFile(join(stack.directory, 'taken.log'), 'mine\n');
		console.press('\u0015', 'taken.log', 'Enter');
		await console.waitForText('save to taken.log_  there is such a file: take another name');
		console.press('\u0015', '~/new.log', 'Enter');
		await console.waitForText(/~\/new\.log: save 1 line done/);
		expect(await readFile(join(home, 'new.log'), 'utf8')).toMatch(/local web\.1 running as/);
		expect(await readFile(join(stack.directory, 'taken.log'), 'utf8')).toBe('mine\n');
	});
});

describe('two consoles on one stack', () => {
	it('a plan that somebody has made another is asked about once more', async () => {
		const stack = await tempStack(FILES);
		const [first, second] = [await openConsole(stack), await openConsole(stack)];
		await command(second, 'restart');
		await second.waitForText(/Restart all 2/);
		first.press('Down', 's');
		await second.waitForText('it changed meanwhile: look at it again');
		second.press('y');
		await second.waitForText('this is the plan now');
		expect(processOf(await stack.server(), 'worker').running).toBe(0);
		second.press('y');
		await second.waitForText(/2\/2 up/);
	});

	it('both change one cell at once: one is told that it was too late', async () => {
		const stack = await tempStack(FILES);
		const consoles = [await openConsole(stack), await openConsole(stack)];
		for (const console of consoles) console.press('+');
		await waitFor(() => {
			const screens = consoles.map((console) => console.screen());
			// Where the second key came late, it was for a third instance.
			const done = screens.filter((screen) => /(1 → 2|2 → 3) +done/.test(screen)).length;
			return (
				done === 2 ||
				(done === 1 && screens.some((screen) => screen.includes('somebody changed it meanwhile')))
			);
		}, 'what became of both');
		expect([2, 3]).toContain(processOf(await stack.server(), 'web').wanted);
	});
});
