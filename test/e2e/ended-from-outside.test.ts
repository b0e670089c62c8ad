import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY, fixture } from '../support/binary.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCFILE = `web: exec ${fixture('traps-signals.js')} TERM\nworker: ${fixture('runs')}\n`;

async function ended(pid: number): Promise<void> {
	await waitFor(() => !isAlive(pid), `pid ${pid} to end`);
}

describe('a supervisor that is ended from outside', () => {
	it('together with its instances starts none of them again', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('runs')}\n` });
		await stack.change('start', '-m', 'worker=5');
		const { supervisorPid, processes } = await stack.server();
		const pids = processes.flatMap(({ instances }) => instances.map(({ pid }) => Number(pid)));
		// As systemd ends a session: everything in it at once.
		for (const pid of [Number(supervisorPid), ...pids]) process.kill(pid, 'SIGTERM');
		await stack.ended();
	});

	it('alone leaves them running, to be adopted', async () => {
		const stack = await tempStack({ Procfile: PROCFILE });
		await stack.change('start');
		const before = await stack.server();
		process.kill(Number(before.supervisorPid), 'SIGTERM');
		await ended(Number(before.supervisorPid));
		const after = await stack.server();
		for (const type of ['web', 'worker']) expect(pidsOf(after, type)).toEqual(pidsOf(before, type));
	});
});

/** A stack whose supervisor was started with the machine, by a systemd whose state is in bin/state. */
async function bootedStack(): Promise<{ stack: TempStack; supervisorPid: number; boot(): Promise<number> }> {
	const stack = await tempStack({
		Procfile: PROCFILE,
		'bin/systemctl': `#!/bin/sh\n[ "$*" = '--user is-system-running' ] && cat "$(dirname "$0")/state"\n`,
		'bin/state': 'running\n',
	});
	const folder = join(stack.directory, 'bin');
	await chmod(join(folder, 'systemctl'), 0o755);
	const env = { ...stack.env, PATH: `${folder}:${stack.env.PATH}` };
	const boot = async () => {
		const args = [BINARY, 'supervisor', '--boot', 'local'];
		const supervisor = execa(process.execPath, args, {
			cwd: stack.directory,
			env,
			extendEnv: false,
			reject: false,
		});
		onTestFinished(() => void supervisor.kill('SIGKILL'));
		await waitFor(async () => {
			const { supervisorPid, processes } = await stack.server();
			return supervisorPid === supervisor.pid && processes.every(({ wanted, running }) => running === wanted);
		}, 'the stack to run');
		return Number(supervisor.pid);
	};
	return { stack, supervisorPid: await boot(), boot };
}

describe('a supervisor that was started with the machine', () => {
	it('stops its instances by their stop sequence when the machine goes down, and starts them at the next boot', async () => {
		const { stack, supervisorPid, boot } = await bootedStack();
		await stack.change('scale', 'worker=2');
		await stack.change('pause', 'web');
		await stack.change('resume', 'web');
		await waitFor(async () => (await stack.procdeck('logs', 'web')).stdout.includes('trapping'), 'the traps');
		await stack.write('bin/state', 'stopping\n');
		process.kill(supervisorPid, 'SIGTERM');
		await stack.ended();
		expect((await stack.procdeck('logs', 'web')).stdout).toContain('got TERM');
		expect(instanceOf(await stack.server(), 'web.1')).toMatchObject({
			state: 'stopped',
			lastExit: { code: 0 },
		});

		await stack.write('bin/state', 'running\n');
		await boot();
		const server = await stack.server();
		expect(processOf(server, 'worker')).toMatchObject({ wanted: 2, running: 2 });
		expect(processOf(server, 'web')).toMatchObject({ wanted: 1, running: 1 });
		expect(instanceOf(server, 'worker.2').restarts).toBe(0);
	});

	it('leaves them alone when only its unit is ended', async () => {
		const { stack, supervisorPid } = await bootedStack();
		const before = pidsOf(await stack.server(), 'worker');
		process.kill(supervisorPid, 'SIGTERM');
		await ended(supervisorPid);
		expect(pidsOf(await stack.server(), 'worker')).toEqual(before);
	});
});
