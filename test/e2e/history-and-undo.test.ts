import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import type { UndoJson } from '../support/contract.ts';
import { processOf } from '../support/instances.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const WEB = `web: ${fixture('runs')}\n`;
const BOTH = `${WEB}worker: ${fixture('runs')}\n`;

async function startedStack(files: Readonly<Record<string, string>> = {}): Promise<TempStack> {
	const stack = await tempStack({ Procfile: BOTH, ...files });
	await stack.change('start', '--all');
	return stack;
}

async function leaveProcfile(stack: TempStack): Promise<void> {
	await stack.write('Procfile', WEB);
	await waitFor(async () => processOf(await stack.server(), 'worker').orphan, 'the worker to be an orphan');
}

describe('undo', () => {
	it('says what it takes back', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'web=3');
		const { stdout, stderr } = await stack.procdeck('undo');
		expect(stdout).toMatch(/^undo of scale web 1 -> 3 on local, (just now|\d+ seconds? ago)\nWHAT /);
		expect(stderr).toBe('');
	});

	it('passes over a type that is gone, names it, and takes back the change before', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'web=2');
		await stack.change('scale', 'worker=2');
		await leaveProcfile(stack);
		await stack.change('scale', 'worker=0');
		const { exitCode, stdout, stderr } = await stack.procdeck('undo');
		expect(exitCode).toBe(0);
		expect(stdout).toContain('undo of scale web 1 -> 2 on local');
		expect(stderr).toBe('passed over scale worker 2 -> 0 on local and 1 earlier: worker left the Procfile');
		expect(processOf(await stack.server(), 'web').wanted).toBe(1);
		const again = await stack.procdeck('undo', '--json');
		expect(again.exitCode).toBe(0);
		expect(again.json<UndoJson>()).toMatchObject({
			changes: [],
			takesBack: [],
			passedOver: [
				{ type: 'worker', from: 2, to: 0, reason: 'worker left the Procfile' },
				{ type: 'worker', from: 1, to: 2, reason: 'worker left the Procfile' },
			],
		});
	});

	it('makes an orphan fewer, and passes over what would make it more', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'web=2');
		await stack.change('scale', 'worker=3');
		await leaveProcfile(stack);
		expect(await stack.change('undo')).toMatchObject([{ type: 'worker', from: 3, to: 1, outcome: 'done' }]);
		await stack.change('stop', 'worker.1');
		expect(await stack.change('undo')).toMatchObject([{ type: 'web', from: 2, to: 1, outcome: 'done' }]);
	});

	it('does not end what a move brought from a server that has left the stack', async () => {
		const servers = (...names: string[]) =>
			`servers:\n${names.map((name) => `  ${name}: {local: true}\n`).join('')}`;
		const stack = await startedStack({ 'procdeck.yml': servers('a', 'b') });
		await stack.change('move', 'worker', '--from', 'a', '--to', 'b');
		await stack.change('down', '--server', 'a');
		await stack.write('procdeck.yml', servers('b'));
		const { exitCode, stderr } = await stack.procdeck('undo');
		expect(exitCode).toBe(0);
		expect(stderr).toContain('worker on b has nowhere to go back to');
		expect(processOf(await stack.server('b'), 'worker').running).toBe(2);
	});
});

describe('history', () => {
	it('has bounds by count and by time', async () => {
		const stack = await startedStack();
		await stack.change('scale', 'web=2');
		await stack.change('scale', 'worker=2');
		const changed = async (...flags: string[]) => {
			const { history } = (await stack.procdeck('history', '--json', ...flags)).json<{
				history: { verb: string; type: string }[];
			}>();
			return history.map(({ verb, type }) => `${verb} ${type}`);
		};
		const all = ['start web', 'start worker', 'scale web', 'scale worker'];
		expect(await changed()).toEqual(all);
		expect(await changed('--since', '1h')).toEqual(all);
		expect(await changed('-n', '2')).toEqual(all.slice(-2));
		expect(await changed('-n', '1', '--since', '1h')).toEqual(all.slice(-1));
		expect(await changed('--since', '2999-01-01')).toEqual([]);
		expect((await stack.procdeck('history', '-n', '3')).stderr).toContain('1 earlier left out');
	});

	it.each([
		['-n', '0'],
		['-n', 'some'],
		['--since', 'yesterday'],
	])('refuses %s %s', async (flag, value) => {
		const { procdeck } = await tempStack({ Procfile: BOTH });
		const { exitCode, stderr } = await procdeck('history', flag, value);
		expect(exitCode).toBe(2);
		expect(stderr).toContain(value);
	});
});
