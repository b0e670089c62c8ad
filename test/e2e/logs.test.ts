import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { instanceOf } from '../support/instances.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

async function logsOnce(
	stack: TempStack,
	complete: (stdout: string) => boolean,
	...args: string[]
): Promise<string> {
	return waitFor(async () => {
		const { stdout } = await stack.procdeck('logs', ...args);
		return complete(stdout) && stdout;
	}, 'the log to be complete');
}

describe('the log of an instance', () => {
	it('brings no escape to the terminal', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('prints-escapes')}\n` });
		await stack.change('start');
		const stdout = await logsOnce(stack, (text) => text.includes('plain'));
		// biome-ignore lint/complexity/useRegexLiterals: the control characters are to be seen.
		expect(stdout).not.toMatch(new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]'));
		expect(stdout).toContain('clear  done');
		expect(stdout).toContain('100%');
		expect(stdout).not.toContain('stolen');
		expect(stdout).not.toContain('http://example.org/');
	});

	it('shows a line that was never ended once the instance is gone', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('prints-no-newline')}\n` });
		await stack.change('start');
		await stack.change('stop');
		expect((await stack.procdeck('logs')).stdout).toContain('no newline at the end');
	});

	it('survives a script that opens /dev/stderr by name', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('writes-dev-stderr')}\n` });
		await stack.change('start');
		const { exitCode, stdout } = await stack.procdeck('logs');
		expect(exitCode).toBe(0);
		expect(stdout).toContain('line 3 to /dev/stderr');
		await logsOnce(stack, (text) => text.startsWith('worker.1 | [the app truncated its log]\n'));
		expect(instanceOf(await stack.server(), 'worker.1')).toMatchObject({ state: 'running', restarts: 0 });
	});

	it('tells that the app truncated it, also after the supervisor was killed', async () => {
		const stack = await tempStack({ Procfile: `worker: exec ${fixture('truncates-its-log')}\n` });
		await stack.change('start');
		await logsOnce(stack, (text) => text.includes('a first line'));
		const { pid } = instanceOf(await stack.server(), 'worker.1');
		for (const [signal, words] of [
			['SIGUSR1', 'by name'],
			['SIGUSR2', 'on purpose'],
		] as const) {
			process.kill(pid ?? 0, signal);
			const text = await logsOnce(stack, (all) => all.includes(words));
			expect(text).toBe(`worker.1 | [the app truncated its log]\nworker.1 | ${words}`);
		}
		const supervisor = async () => (await stack.server()).supervisorPid ?? 0;
		const first = await supervisor();
		process.kill(first, 'SIGKILL');
		await waitFor(async () => ![0, first].includes(await supervisor()), 'another supervisor');
		const lines = (await stack.procdeck('logs', '--json')).stdout.trimEnd().split('\n');
		expect(lines.map((line) => JSON.parse(line))).toMatchObject([
			{ instance: 'worker.1', stream: null, text: '[the app truncated its log]' },
			{ instance: 'worker.1', stream: null, text: 'on purpose' },
		]);
	});

	it('is read back without being held in memory', async () => {
		const lines = 400_000;
		const tells = { NODE_OPTIONS: `--require ${fixture('tells-its-memory.cjs')}` };
		const stack = await tempStack({ Procfile: `worker: exec ${fixture('floods.js')} ${lines}\n` }, tells);
		await stack.change('start');
		await logsOnce(stack, (text) => text.includes(String(lines)), '-n', '1');
		const peakOf = async (...args: string[]) => {
			const { stderr } = await stack.procdeck('logs', ...args);
			return Number(/^peak (\d+) kB$/m.exec(stderr)?.[1]);
		};
		const little = await peakOf('-n', '1');
		for (const much of [[], ['--grep', 'flood'], ['--json']])
			expect((await peakOf('-n', String(lines), ...much)) - little).toBeLessThan(30_000);
	});

	it('loses and tears no line of a flood', async () => {
		const lines = 200_000;
		const stack = await tempStack({ Procfile: `worker: exec ${fixture('floods.js')} ${lines}\n` });
		await stack.change('start');
		const last = String(lines).padStart(9, '0');
		await logsOnce(stack, (text) => text.includes(last), '-n', '1');
		const { stdout } = await stack.procdeck('logs', '-n', String(lines));
		const numbers = stdout.split('\n').map((line) => Number(/flood (\d{9}) \.+$/.exec(line)?.[1]));
		expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
	});

	it('takes no more of the disk than log_max', async () => {
		const lines = 400_000;
		const stack = await tempStack({
			Procfile: `worker: exec ${fixture('floods.js')} ${lines}\n`,
			'procdeck.yml': 'processes:\n  worker: { log_max: 4M }\n',
		});
		await stack.change('start');
		await logsOnce(stack, (text) => text.includes(String(lines)), '-n', '1');
		const allocated = async () => {
			const names = await readdir(stack.stateHome, { recursive: true, withFileTypes: true });
			const files = names.filter((entry) => entry.isFile());
			const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
			return sizes.reduce((sum, { blocks }) => sum + blocks * 512, 0);
		};
		await waitFor(async () => (await allocated()) <= 6 * 1024 * 1024, 'the log to be trimmed');
	});

	it('is followed as it is written', async () => {
		const stack = await tempStack({ Procfile: `worker: exec ${fixture('traps-signals.js')} TERM\n` });
		await stack.change('start');
		const follow = stack.open(['logs', '-f'], { columns: 100, rows: 24 });
		await follow.waitForText('trapping');
		process.kill(instanceOf(await stack.server(), 'worker.1').pid ?? 0, 'SIGUSR1');
		await follow.waitForText('got USR1');
		follow.press('Ctrl-C');
		expect(await follow.exited()).toBe(0);
	});
});
