import { spawn } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY } from '../support/binary.ts';
import { HttpLoad } from '../support/http-load.ts';
import { processOf } from '../support/instances.ts';
import type { TempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { binaryStack } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';

interface LoadBalancerJson {
	readonly connection: string;
	readonly backends: readonly { readonly healthy: number; readonly instances: number }[];
}

/** `web` on web1, behind HAProxy on jobs1. @param before what comes before the web program in its command */
async function webStack(count: number, before = ''): Promise<TempStack> {
	const stack = await binaryStack(
		`web: ${before}INSTANCE=$PS exec node /srv/fixtures/serves-web.js\nworker: /srv/fixtures/runs\n`,
		'web1',
		'jobs1',
	);
	await stack.change('scale', `web=${count}`, '--server', 'web1');
	await stack.change('lb', 'add', 'jobs1', '--port', '8080', '--yes');
	return stack;
}

function loadOnBalancer(): HttpLoad {
	const load = new HttpLoad({ url: `http://${fleetHost('jobs1').address}:8080/` });
	onTestFinished(async () => void (await load.stop()));
	return load;
}

async function balancer(stack: TempStack): Promise<LoadBalancerJson> {
	return (await stack.procdeck('lb', '--json')).json<LoadBalancerJson>();
}

async function hasHealthy(stack: TempStack, count: number): Promise<void> {
	await waitFor(
		async () => (await balancer(stack)).backends[0]?.healthy === count,
		`${count} to have traffic`,
	);
}

async function instances(stack: TempStack): Promise<string[]> {
	return processOf(await stack.server('web1'), 'web').instances.map(({ name }) => name);
}

/** Begins to restart web, and kills that once HAProxy is so far. */
async function killedRestart(stack: TempStack, isSoFar: (said: string) => boolean): Promise<void> {
	const { directory: cwd, env } = stack;
	const args = [BINARY, 'restart', 'web', '--server', 'web1'];
	const restart = spawn(process.execPath, args, { cwd, env, stdio: 'ignore' });
	onTestFinished(() => void restart.kill('SIGKILL'));
	const said = () =>
		fleetHost('jobs1').run(
			'echo "show servers state" | socat - UNIX-CONNECT:$(ls /run/procdeck/lb.*/admin.sock)',
		);
	await waitFor(async () => isSoFar(await said()), 'the restart to be so far');
	expect(restart.exitCode).toBeNull();
	restart.kill('SIGKILL');
}

describe("the load balancer's server that cannot be reached", () => {
	it('keeps nothing from the rest, and web from losing what it may still send traffic to', async () => {
		const stack = await webStack(2);
		const host = fleetHost('jobs1');
		await host.cut();
		onTestFinished(async () => void (await host.heal()));
		await stack.change('scale', 'worker=1', '--server', 'web1');
		for (const change of [
			['scale', 'web=1'],
			['stop', 'web'],
			['restart', 'web'],
		]) {
			const refused = await stack.procdeck(...change, '--server', 'web1', '--json');
			expect(refused.exitCode).toBe(1);
			expect(refused.json()).toMatchObject({ error: { code: 'unreachable' } });
		}
		expect(await instances(stack)).toEqual(['web.1', 'web.2']);
		expect(await stack.change('scale', 'web=3', '--server', 'web1')).toMatchObject([
			{ outcome: 'done', reason: expect.stringMatching('the load balancer cannot be reached') },
		]);
		expect((await stack.procdeck('ps', '--json')).exitCode).toBe(0);
		await host.heal();
		await stack.change('lb', 'add', 'jobs1', '--yes');
		await hasHealthy(stack, 3);
	});
});

describe('a restart over SSH that is killed midway', () => {
	it('leaves an instance out of turn; that is shown, and mended', async () => {
		const stack = await webStack(2, 'sleep 3;');
		await hasHealthy(stack, 2);
		const load = loadOnBalancer();
		// The sixth field is what HAProxy was told: draining.
		await killedRestart(stack, (said) => /web1\.web\.1 \S+ \d+ 8 /.test(said));
		await waitFor(async () => (await stack.procdeck('lb')).stdout.includes('web.1 held'), 'it to be shown');
		await stack.change('lb', 'add', 'jobs1', '--yes');
		await hasHealthy(stack, 2);
		expect((await load.stop()).failed).toEqual([]);
	});

	it('leaves one more than is wanted, which is taken away', async () => {
		const stack = await webStack(1, 'sleep 3;');
		await hasHealthy(stack, 1);
		const load = loadOnBalancer();
		await killedRestart(stack, (said) => said.includes('web1.web.2'));
		await stack.change('lb', 'add', 'jobs1', '--yes');
		expect(await instances(stack)).toEqual(['web.1']);
		await hasHealthy(stack, 1);
		expect((await load.stop()).failed).toEqual([]);
	});
});

describe('instances that are killed', () => {
	it('two at once cost nobody a request that had not begun', async () => {
		const stack = await webStack(4);
		await hasHealthy(stack, 4);
		const load = loadOnBalancer();
		await waitFor(() => load.result.answered > 100, 'answers');
		const web1 = fleetHost('web1');
		await web1.run('systemctl kill --signal=KILL "procdeck.*.web@1.service" "procdeck.*.web@2.service"');
		await waitFor(async () => (await balancer(stack)).backends[0]?.healthy === 4, 'all to be back');
		const { failed } = await load.stop();
		expect(failed.filter((why) => why.startsWith('503'))).toEqual([]);
		expect(failed.length).toBeLessThanOrEqual(8);
	});
});
