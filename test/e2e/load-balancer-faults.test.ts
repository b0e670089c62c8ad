import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY } from '../support/binary.ts';
import { freePort } from '../support/free-port.ts';
import { HttpLoad } from '../support/http-load.ts';
import { processOf } from '../support/instances.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** Of what `lb --json` says. */
interface LoadBalancerJson {
	readonly backends: readonly { readonly healthy: number; readonly instances: number }[];
}

const WEB = join(import.meta.dirname, '../fixtures/serves-web.js');
/** Below those that the kernel gives to connections. */
const FIRST_PORT = 10_000 + (process.pid % 90) * 100;

/** Makes the files' system calls tell nobody that they change: the user has no more watchers. */
const WITHOUT_WATCHERS = [
	'unshare',
	'--user',
	'--map-root-user',
	'sh',
	'-c',
	'echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"',
	'sh',
];

async function webStack(count: number, before = ''): Promise<TempStack> {
	return tempStack({
		Procfile: `web: ${before}INSTANCE=$PS exec node ${WEB}\n`,
		'procdeck.yml': `processes:\n  web: { scale: ${count}, ready: { http: / } }\n`,
		'.env': `PORT=${await freePort(FIRST_PORT)}\n`,
	});
}

async function addBalancer(stack: TempStack): Promise<string> {
	const port = await freePort(FIRST_PORT + 90);
	await stack.change('lb', 'add', 'local', '--port', String(port), '--yes');
	return `http://127.0.0.1:${port}/`;
}

async function backends(stack: TempStack): Promise<LoadBalancerJson['backends']> {
	return (await stack.procdeck('lb', '--json')).json<LoadBalancerJson>().backends;
}

/** Begins to restart web, and kills that once it is so far. */
async function killedRestart(stack: TempStack, isSoFar: () => Promise<boolean>): Promise<void> {
	const { directory: cwd, env } = stack;
	const restart = spawn(process.execPath, [BINARY, 'restart', 'web'], { cwd, env, stdio: 'ignore' });
	onTestFinished(() => void restart.kill('SIGKILL'));
	await waitFor(isSoFar, 'the restart to be so far');
	expect(restart.exitCode).toBeNull();
	restart.kill('SIGKILL');
}

async function instances(stack: TempStack): Promise<string[]> {
	return processOf(await stack.server(), 'web').instances.map(({ name }) => name);
}

describe('a restart that is killed midway', () => {
	it('leaves an instance out of turn; that is shown, and mended', async () => {
		const stack = await webStack(2, 'sleep 3;');
		await stack.change('start');
		const url = await addBalancer(stack);
		const load = new HttpLoad({ url });
		const held = () => stack.procdeck('lb').then(({ stdout }) => /web\.1 held/.test(stdout));
		await killedRestart(stack, held);
		const shown = (await stack.procdeck('lb')).stdout;
		expect(shown).toMatch('web.1 held');
		expect(shown).toMatch('`procdeck lb add local` mends it');
		await stack.change('lb', 'add', 'local', '--yes');
		await waitFor(async () => (await backends(stack))[0]?.healthy === 2, 'both to have traffic');
		expect((await load.stop()).failed).toEqual([]);
	});

	it('leaves one more than is wanted, which is taken away', async () => {
		const stack = await webStack(1, 'sleep 3;');
		await stack.change('start');
		const url = await addBalancer(stack);
		const load = new HttpLoad({ url });
		await killedRestart(stack, async () => (await backends(stack))[0]?.instances === 2);
		expect(await instances(stack)).toEqual(['web.1', 'web.2']);
		await stack.change('lb', 'add', 'local', '--yes');
		expect(await instances(stack)).toEqual(['web.1']);
		await waitFor(async () => (await backends(stack))[0]?.healthy === 1, 'the wanted one to have traffic');
		expect((await load.stop()).failed).toEqual([]);
	});
});

describe('a system', () => {
	it('that tells nobody of files that change has a load balancer all the same', async () => {
		const stack = await webStack(1);
		stack.through(WITHOUT_WATCHERS);
		await stack.change('start');
		const url = await addBalancer(stack);
		await waitFor(async () => (await fetch(url).catch(() => null))?.status === 200, 'an answer');
	});
});
