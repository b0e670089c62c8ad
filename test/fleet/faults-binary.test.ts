import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY } from '../support/binary.ts';
import type { ChangesJson } from '../support/contract.ts';
import type { TempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { binaryStack } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';
import { processesOfLogins } from './on-host.ts';

const PROCFILE = 'worker: /srv/fixtures/runs\n';
const THREE = ['web1', 'web2', 'jobs1'] as const;

/** Starts the binary for as long as the test goes on, and waits until it has said something. */
async function inBackground({ directory, env }: TempStack, ...args: string[]) {
	const running = spawn(process.execPath, [BINARY, ...args], {
		cwd: directory,
		env,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	onTestFinished(() => void running.kill('SIGKILL'));
	await once(running.stdout, 'data');
	return running;
}

describe('one of three servers', () => {
	it('that is gone is told, the others are done, and the exit code is 3', async () => {
		const stack = await binaryStack(PROCFILE, ...THREE);
		const gone = fleetHost('web2');
		await gone.powerCut();
		const { exitCode, stdout, json } = await stack.procdeck('scale', 'worker=2', '--all', '--json');
		expect(exitCode, stdout).toBe(3);
		const { changes } = json<ChangesJson>();
		expect(changes).toMatchObject([
			{ server: 'web1', type: 'worker', from: 0, to: 2, outcome: 'done' },
			{ server: 'web2', type: 'worker', to: 2, outcome: 'unreachable', code: 'unreachable' },
			{ server: 'jobs1', type: 'worker', from: 0, to: 2, outcome: 'done' },
		]);
		expect(changes[1]?.reason).toMatch(/^web2: .* does not answer within 3 s$/);

		const ps = await stack.procdeck('ps');
		expect(ps.exitCode).toBe(0);
		expect(ps.stdout).toMatch(/worker\.2 .*running/);
		expect(ps.stdout).toMatch(/web2.*\nunreachable: .*does not answer/);
		const text = await stack.procdeck('scale', 'worker=1', '--all');
		expect(text.exitCode).toBe(3);
		expect(`${text.stdout}${text.stderr}`).toMatch(/web2 .*does not answer/);
	});

	it('whose host key has changed is refused in clear words, and the others are done', async () => {
		const stack = await binaryStack(PROCFILE, ...THREE);
		const other = fleetHost('jobs1');
		await other.changeHostKey();
		const { exitCode, json } = await stack.procdeck('scale', 'worker=1', '--all', '--json');
		expect(exitCode).toBe(3);
		const { changes } = json<ChangesJson>();
		expect(changes.map(({ server, outcome }) => [server, outcome])).toEqual([
			['web1', 'done'],
			['web2', 'done'],
			['jobs1', 'unreachable'],
		]);
		expect(changes[2]?.reason).toMatch(/jobs1: .*host key.*changed/i);
		expect(await other.run('ls /etc/procdeck 2>/dev/null || true')).toBe('');

		await other.restoreHostKey();
		await stack.change('scale', 'worker=1', '--server', 'jobs1');
	});
});

describe('a client that is killed', () => {
	it.each([
		['logs -f', ['logs', '-f', '-n', '0']],
		['ps --watch', ['ps', '--watch']],
	])('during %s leaves nothing on the server', async (_, args) => {
		const host = fleetHost('web1');
		const stack = await binaryStack('worker: while :; do echo on; sleep 0.1; done\n', 'web1');
		await stack.change('scale', 'worker=1');
		await waitFor(async () => (await processesOfLogins(host)) === '', 'the verb before to have left');
		const client = await inBackground(stack, ...args);
		expect(await processesOfLogins(host)).toContain('systemd-stdio-bridge');
		client.kill('SIGKILL');
		await waitFor(async () => (await processesOfLogins(host)) === '', 'everything to be gone', 15_000);
		expect((await stack.server('web1')).processes[0]).toMatchObject({ running: 1 });
	});

	it('while its network is cut leaves nothing on the server either', async () => {
		const host = fleetHost('web1');
		const stack = await binaryStack('worker: while :; do echo on; sleep 0.1; done\n', 'web1');
		await stack.change('scale', 'worker=1');
		const client = await inBackground(stack, 'logs', '-f', '-n', '0');
		await host.cut();
		client.kill('SIGKILL');
		await waitFor(async () => (await processesOfLogins(host)) === '', 'everything to be gone', 20_000);
	});

	it('in the midst of a change lets the next one go on', async () => {
		const stack = await binaryStack(PROCFILE, 'web1');
		await stack.change('scale', 'worker=1');
		const { directory, env } = stack;
		const host = fleetHost('web1');
		const watched = `/etc/systemd/system/procdeck.${(await stack.ps()).stack}.development.target.wants`;
		const scaling = spawn(process.execPath, [BINARY, 'scale', 'worker=4'], {
			cwd: directory,
			env,
			stdio: 'ignore',
		});
		await waitFor(async () => (await host.run(`ls ${watched} | wc -l`)) === '4', 'the change to be recorded');
		scaling.kill('SIGKILL');
		expect(await stack.change('scale', 'worker=2')).toMatchObject([{ from: 4, to: 2, outcome: 'done' }]);
	});
});
