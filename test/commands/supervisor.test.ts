import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { BINARY, fixture } from '../support/binary.ts';
import { pidsOf } from '../support/instances.ts';
import { tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

it('a supervisor that starts with the machine waits for the one that a command started before', async () => {
	const stack = await tempStack({ Procfile: `worker: ${fixture('runs')}\n` });
	await stack.change('start');
	const before = await stack.server();
	const boot = execa(process.execPath, [BINARY, 'supervisor', '--boot', 'local'], {
		cwd: stack.directory,
		env: stack.env,
		extendEnv: false,
		reject: false,
	});
	onTestFinished(() => void boot.kill('SIGKILL'));
	const said = { stdout: '', stderr: '' };
	for (const stream of ['stdout', 'stderr'] as const)
		boot[stream].on('data', (text) => {
			said[stream] += String(text);
		});
	await waitFor(() => said.stdout + said.stderr, 'it to see the other');
	expect(said).toEqual({ stdout: '', stderr: 'waiting for the supervisor that runs already to end\n' });
	process.kill(before.supervisorPid ?? 0, 'SIGKILL');
	await waitFor(() => said.stdout, 'it to begin');
	expect(said.stdout).toBe('{"started":true}');
	const after = await stack.server();
	expect(after.supervisorPid).toBe(boot.pid);
	expect(pidsOf(after, 'worker')).toEqual(pidsOf(before, 'worker'));
});
