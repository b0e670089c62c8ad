import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import { runBinary } from '../support/binary.ts';
import type { ChangesJson, EnvironmentJson, ServerJson } from '../support/contract.ts';
import { instanceOf } from '../support/instances.ts';
import type { TempStack } from '../support/temp-stack.ts';
import { type BinaryStack, binaryStack } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';
import type { Host } from './machinery/host.ts';
import { resetHost } from './reset-host.ts';

const PROCFILE = 'web: /srv/fixtures/runs\nworker: /srv/fixtures/runs\n';
const SECRET = 'hunter2 "it" `#$HOME\\n\nand é';

afterEach(() => Promise.all(['web1', 'web2'].map((name) => resetHost(fleetHost(name)))));

/** Runs the binary with something on its stdin. */
function withInput({ directory, env }: TempStack, input: string, ...args: string[]) {
	return runBinary(args, { cwd: directory, env, input });
}

async function set(stack: TempStack, value: string, ...args: string[]): Promise<ChangesJson['changes']> {
	const result = await withInput(stack, value, 'env', 'set', ...args, '--json');
	expect(result.exitCode, result.stdout).toBe(0);
	return result.json<ChangesJson>().changes;
}

/** What an instance's process was given. */
async function environOf(host: Host, server: ServerJson, instance: string): Promise<string[]> {
	const { pid } = instanceOf(server, instance);
	return (await host.run(`cat /proc/${pid}/environ`)).split('\0');
}

function staleIn({ processes }: ServerJson): string[] {
	return processes.flatMap(({ instances }) => instances.filter(({ stale }) => stale).map(({ name }) => name));
}

const drift = async (stack: TempStack, name: string) => (await stack.server(name)).drift;

async function historyOf(stack: TempStack): Promise<readonly HistoryEntry[]> {
	return (await stack.procdeck('history', '--json')).json<{ history: readonly HistoryEntry[] }>().history;
}

async function running(stack: BinaryStack): Promise<BinaryStack> {
	await stack.change('scale', 'web=2', 'worker=1', '--all');
	return stack;
}

describe('a variable that is set', () => {
	it('is on the servers, and what runs takes it over by restart --stale, just that', async () => {
		const stack = await running(await binaryStack(PROCFILE, 'web1'));
		const host = fleetHost('web1');
		expect(await set(stack, `${SECRET}\n`, 'PASSWORD')).toEqual([
			{ server: 'web1', type: null, from: null, to: 'PASSWORD', outcome: 'done', reason: null },
		]);
		expect((await stat(join(stack.directory, '.env'))).mode & 0o777).toBe(0o600);
		const before = await stack.server('web1');
		expect(before.drift).toEqual([]);
		expect(staleIn(before)).toEqual(['web.1', 'web.2', 'worker.1']);
		expect(await environOf(host, before, 'web.1')).not.toContain(`PASSWORD=${SECRET}`);

		await stack.change('restart', 'web.2', 'worker');
		expect(staleIn(await stack.server('web1'))).toEqual(['web.1']);
		const kept = await stack.server('web1');
		await stack.change('restart', '--stale');
		const after = await stack.server('web1');
		expect(staleIn(after)).toEqual([]);
		expect(await environOf(host, after, 'web.1')).toContain(`PASSWORD=${SECRET}`);
		expect(instanceOf(after, 'web.2').pid).toBe(instanceOf(kept, 'web.2').pid);
		expect(await stack.change('restart', '--stale')).toEqual([]);
	});

	it('is taken away by unset, and set again to the same changes nothing', async () => {
		const stack = await running(await binaryStack(PROCFILE, 'web1'));
		await set(stack, 'one', 'A');
		await stack.change('restart', '--stale');
		expect(await set(stack, 'one', 'A')).toMatchObject([{ outcome: 'unchanged' }]);
		expect(staleIn(await stack.server('web1'))).toEqual([]);
		expect(await stack.change('env', 'unset', 'A')).toMatchObject([{ from: 'A', to: null, outcome: 'done' }]);
		await stack.change('restart', '--stale');
		const server = await stack.server('web1');
		const environ = await environOf(fleetHost('web1'), server, 'worker.1');
		expect(environ.filter((entry) => entry.startsWith('A='))).toEqual([]);
	});

	it('writes no unit, and nothing where nothing is set up', async () => {
		const stack = await binaryStack(PROCFILE, 'web1', 'web2');
		await stack.change('scale', 'worker=1', '--server', 'web1');
		await stack.write(
			'Procfile',
			`${PROCFILE}mailer: /srv/fixtures/runs\n`.replace('runs\nworker', 'runs a\nworker'),
		);
		const units = 'cat /etc/systemd/system/procdeck.* /etc/procdeck/*/run/* 2>/dev/null | cksum';
		const before = await fleetHost('web1').run(units);
		const changes = await set(stack, 'one', 'A');
		expect(changes).toMatchObject([
			{ server: 'web1', outcome: 'done' },
			{
				server: 'web2',
				outcome: 'unchanged',
				reason: expect.stringMatching(/nothing of the stack is set up/),
			},
		]);
		expect(await fleetHost('web1').run(units)).toBe(before);
		expect(await fleetHost('web2').run('ls /etc/procdeck 2>/dev/null || true')).toBe('');
		await stack.change('scale', 'worker=1', '--server', 'web2');
		expect(await environOf(fleetHost('web2'), await stack.server('web2'), 'worker.1')).toContain('A=one');
	});

	it('comes with what else the files say, which is named', async () => {
		const stack = await running(await binaryStack(PROCFILE, 'web1'));
		await stack.write('.env', 'B=2\n');
		const [row] = await set(stack, 'one', 'A');
		expect(row).toMatchObject({
			to: 'A',
			outcome: 'done',
			reason: 'of B the files here say something else too',
		});
	});

	it('stays here with --no-push, which is drift', async () => {
		const stack = await running(await binaryStack(PROCFILE, 'web1'));
		expect(await set(stack, 'one', 'A', '--no-push')).toEqual([]);
		expect(await drift(stack, 'web1')).toEqual(['its environment is older than the files']);
		expect(staleIn(await stack.server('web1'))).toEqual([]);
	});
});

it('an open console shows what is stale as soon as somebody has set a variable', async () => {
	const stack = await running(await binaryStack(PROCFILE, 'web1'));
	const console = stack.open([], { columns: 100, rows: 30 });
	await console.waitForText('3/3 up');
	await set(stack, 'one', 'A');
	await console.waitForText('3 stale');
	await console.waitForText(/env set A on web1/);
	console.press(':', 'env set A', 'Enter');
	await console.waitForText('env set A asks');
	console.press('two', 'Enter');
	await console.waitForText(/env set A ─ exit 0/);
	await stack.change('restart', '--stale');
	console.press('Escape');
	await console.waitForText('all well');
	const { pid } = instanceOf(await stack.server('web1'), 'web.2');
	expect((await fleetHost('web1').run(`cat /proc/${pid}/environ`)).split('\0')).toContain('A=two');
});

it('a server that cannot be reached is told, the file stays edited, and sync mends it', async () => {
	const stack = await running(await binaryStack(PROCFILE, 'web1', 'web2'));
	await fleetHost('web2').powerCut();
	const both = await withInput(stack, 'one', 'env', 'set', 'A', '--json');
	expect(both.exitCode).toBe(3);
	expect(both.json<ChangesJson>().changes).toMatchObject([
		{ server: 'web1', outcome: 'done' },
		{ server: 'web2', to: 'A', outcome: 'unreachable', code: 'unreachable' },
	]);
	expect(both.stderr).toContain('procdeck sync --server web2');
	expect(await readFile(join(stack.directory, '.env'), 'utf8')).toBe('A=one\n');
	await fleetHost('web2').boot();
	expect(await drift(stack, 'web2')).toEqual(['its environment is older than the files']);
	await stack.change('sync', '--yes');
	expect(await drift(stack, 'web2')).toEqual([]);
	expect(staleIn(await stack.server('web2'))).toEqual(['web.1', 'web.2', 'worker.1']);
});

it('where the only server cannot be reached, what was done here makes it a part', async () => {
	const stack = await running(await binaryStack(PROCFILE, 'web1'));
	await fleetHost('web1').powerCut();
	expect((await withInput(stack, 'one', 'env', 'set', 'A')).exitCode).toBe(3);
	expect((await withInput(stack, 'one', 'env', 'set', 'A')).exitCode).toBe(1);
});

/** A text as it is, and as base64 has it within something longer. */
function formsOf(text: string): string[] {
	const shifted = [0, 1, 2].map((shift) =>
		Buffer.from(`${'.'.repeat(shift)}${text}`)
			.toString('base64')
			.slice(4, -4),
	);
	return [text, ...shifted];
}

it('no value is in an argument, in the journal, in the history or in what is said', async () => {
	const stack = await running(await binaryStack(PROCFILE, 'web1'));
	const host = fleetHost('web1');
	const value = 'kept-to-ourselves';
	// Every command line that root sees while it goes on.
	await host.run(`cat >/run/watch.sh <<'END'
while [ ! -e /run/watched.end ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; done >/run/watched
END
rm -f /run/watched.end; systemd-run --quiet --unit=watched /bin/sh /run/watch.sh`);
	const search = `grep -cF ${formsOf(value)
		.map((form) => `-e ${form}`)
		.join(' ')}`;
	const said = await withInput(stack, value, 'env', 'set', 'TOKEN');
	const listed = await stack.procdeck('env');
	await host.run('touch /run/watched.end');
	expect(await host.run('cat /run/watched')).toContain('/bin/sh');
	expect(await host.run(`${search} /run/watched || true`)).toBe('0');
	expect(await host.run(`journalctl --sync; journalctl --all -o verbose | ${search} || true`)).toBe('0');
	expect(`${said.stdout}${said.stderr}${listed.stdout}`).not.toContain(value);
	expect(await host.run(`stat -c %a:%U /etc/procdeck/*/environment`)).toBe('600:root');
	const history = await historyOf(stack);
	expect(history.at(-1)).toMatchObject({
		verb: 'env set',
		server: 'web1',
		from: null,
		to: 'TOKEN',
		outcome: 'done',
	});
	expect(JSON.stringify(history)).not.toContain(value);
	const { environment } = (await stack.procdeck('env', '--json', '--show')).json<EnvironmentJson>();
	expect(environment).toContainEqual({ name: 'TOKEN', value, source: '.env', line: 1 });
});
