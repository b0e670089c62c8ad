import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import { freePort } from '../support/free-port.ts';
import { HttpLoad } from '../support/http-load.ts';
import { processOf } from '../support/instances.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

const WEB = join(import.meta.dirname, '../fixtures/serves-web.js');
/** Below those that the kernel gives to connections, one of which may be our own probe's. */
const FIRST_PORT = 20_000 + (process.pid % 100) * 100;
const STACK_FILE = `# Ours.
processes:
  web: { scale: 2, ready: { http: / } }
`;

/** A running stack whose web instances are behind a load balancer. */
async function behindBalancer(): Promise<{ readonly stack: TempStack; readonly url: string }> {
	const port = await freePort(FIRST_PORT + 90);
	const stack = await tempStack({
		Procfile: `web: INSTANCE=$PS exec node ${WEB}\nworker: sleep 1000\n`,
		'procdeck.yml': STACK_FILE,
		'.env': `PORT=${await freePort(FIRST_PORT)}\n`,
	});
	await stack.change('start');
	await stack.change('lb', 'add', 'local', '--port', String(port), '--yes');
	return { stack, url: `http://127.0.0.1:${port}/` };
}

/** Where the load balancer's configuration is. */
async function balancerFolder({ stateHome }: TempStack): Promise<string> {
	const root = join(stateHome, 'procdeck');
	const [folder] = (await readdir(root)).filter((name) => name.includes('.local.'));
	return join(root, folder ?? '', 'balancer');
}

function loadOn(url: string, keepAlive: boolean): HttpLoad {
	const load = new HttpLoad({ url, keepAlive });
	onTestFinished(async () => {
		await load.stop();
	});
	return load;
}

describe('a load balancer on this machine', () => {
	it('loses no request while web is restarted, scaled and stopped in part', async () => {
		const { stack, url } = await behindBalancer();
		const loads = [loadOn(url, true), loadOn(url, false)];
		for (const change of [
			['restart', 'web'],
			['scale', 'web=3'],
			['scale', 'web=1'],
			['restart', 'web'],
			['scale', 'web=2'],
			['stop', 'web.2'],
			['start', 'web.2'],
		])
			await stack.change(...change);
		for (const load of loads) {
			const { failed, answered } = await load.stop();
			expect(failed).toEqual([]);
			expect(answered).toBeGreaterThan(0);
		}
	});

	it('leaves no instance beyond the wanted ones behind a restart of the only one', async () => {
		const { stack, url } = await behindBalancer();
		await stack.change('scale', 'web=1');
		const load = loadOn(url, true);
		await stack.change('restart', 'web');
		const { byInstance } = await load.stop();
		expect(Object.keys(byInstance).sort()).toEqual(['web.1', 'web.2']);
		expect(processOf(await stack.server('local'), 'web').instances.map(({ name }) => name)).toEqual([
			'web.1',
		]);
	});

	it('is told in ps and servers, and switched on and off', async () => {
		const { stack, url } = await behindBalancer();
		expect((await stack.procdeck('ps', '--json')).json()).toMatchObject({
			servers: [{ name: 'local', serving: true }],
			loadBalancer: {
				server: 'local',
				backends: [{ server: 'local', serving: true, healthy: 2, instances: 2, sessions: 0 }],
			},
		});
		const refused = await stack.procdeck('serve', 'local', 'off', '--json');
		expect(refused.exitCode).toBe(1);
		expect(refused.json()).toMatchObject({
			error: { code: 'refused', hint: expect.stringMatching('--force') },
		});
		const off = await stack.procdeck('serve', 'local', 'off', '--force', '--json');
		expect(off.json()).toMatchObject({
			changes: [{ server: 'local', from: 'on', to: 'off', outcome: 'done' }],
		});
		expect((await fetch(url)).status).toBe(503);
		expect((await stack.procdeck('servers', '--json')).json()).toMatchObject({
			servers: [{ serving: false }],
		});
		await stack.change('serve', 'local', 'on');
		expect((await fetch(url)).status).toBe(200);
		const { history } = (await stack.procdeck('history', '--json')).json() as {
			readonly history: readonly { readonly verb: string; readonly to: string }[];
		};
		expect(history.slice(-2)).toMatchObject([
			{ verb: 'serve', to: 'off' },
			{ verb: 'serve', to: 'on' },
		]);
	});

	it('is switched on again by undo, also where something else was changed meanwhile', async () => {
		const { stack } = await behindBalancer();
		await stack.change('serve', 'local', 'off', '--force');
		expect(await stack.change('undo')).toEqual([
			{ server: 'local', type: 'web', from: 'off', to: 'on', outcome: 'done', reason: null },
		]);
		await stack.change('serve', 'local', 'off', '--force');
		await stack.change('scale', 'worker=2');
		await stack.change('undo');
		expect((await stack.server()).serving).toBe(false);
		await stack.change('undo');
		expect((await stack.server()).serving).toBe(true);
		const { history } = (await stack.procdeck('history', '--json')).json<{ history: HistoryEntry[] }>();
		expect(history.slice(-5).map(({ verb, to }) => `${verb} ${to}`)).toEqual([
			'undo on',
			'serve off',
			'scale 2',
			'undo 1',
			'undo on',
		]);
	});

	it('is switched by key in a console that was open before it was there', async () => {
		const stack = await tempStack({
			Procfile: `web: INSTANCE=$PS exec node ${WEB}\n`,
			'procdeck.yml': STACK_FILE,
			'.env': `PORT=${await freePort(FIRST_PORT)}\n`,
		});
		const console = stack.open([]);
		await console.waitForText(/2\/2 up/);
		console.press('w');
		await console.waitForText('there is no load balancer');
		await stack.change('lb', 'add', 'local', '--port', String(await freePort(FIRST_PORT + 90)), '--yes');
		await console.waitForText(/ On +\d+%/);
		console.press('w');
		await console.waitForText('local is the last that serves: every request will get a 503.');
		await console.waitForText('procdeck serve local off --force');
		console.press('y');
		await console.waitForText(/ Off +\d+%/);
		console.press('w');
		await console.waitForText(/ On +\d+%/);
	});

	it('comes back by itself with the stack, and to what its configuration says', async () => {
		const { stack, url } = await behindBalancer();
		await stack.change('down');
		await expect(fetch(url)).rejects.toThrow();
		await stack.change('start');
		await waitFor(async () => (await fetch(url).catch(() => null))?.status === 200, 'an answer');
		const file = join(await balancerFolder(stack), 'configuration.json');
		await writeFile(file, (await readFile(file, 'utf8')).replace('leastconn', 'roundrobin'));
		await waitFor(
			async () => (await stack.procdeck('lb')).stdout.includes('drift: '),
			'what was changed by hand to be told',
		);
		await stack.change('lb', 'add', 'local', '--yes');
		expect((await stack.procdeck('lb', '--json')).json()).toMatchObject({ drift: [] });
	});

	it('goes as it came, and leaves what runs', async () => {
		const { stack, url } = await behindBalancer();
		await stack.change('lb', 'remove', '--yes');
		await expect(fetch(url)).rejects.toThrow();
		expect(await readFile(join(stack.directory, 'procdeck.yml'), 'utf8')).toBe(STACK_FILE);
		expect((await stack.procdeck('lb', '--json')).json()).toBeNull();
		expect(processOf(await stack.server('local'), 'web').instances).toMatchObject([
			{ state: 'running' },
			{ state: 'running' },
		]);
	});
});

describe('the console', () => {
	it('sets a load balancer up on its page, shows it live, and switches it there', async () => {
		const port = await freePort(FIRST_PORT + 90);
		const stack = await tempStack({
			Procfile: `web: INSTANCE=$PS exec node ${WEB}\n`,
			'procdeck.yml': STACK_FILE,
			'.env': `PORT=${await freePort(FIRST_PORT)}\n`,
		});
		const console = stack.open([]);
		await console.waitForText(/web .*2\/2/);
		console.press('b');
		await console.waitForText('has no load balancer');
		console.press('a');
		await console.waitForText(':lb add local');
		console.press(` --port ${port}`, 'Enter');
		await console.waitForText('Set the load balancer up on local?');
		console.press('y');
		await console.waitForText(/load balancer +done/);
		console.press('Escape');
		await console.waitForText(/local +>On< +2\/2/);
		const load = loadOn(`http://127.0.0.1:${port}/`, true);
		await console.waitForText(/local +>On< +2\/2 +\d+ +[1-9]/);
		await load.stop();

		console.press('Enter');
		await console.waitForText(/>● web\.1 +healthy +127\.0\.0\.1:/);
		console.press('Escape', 'w');
		await console.waitForText('the last that serves');
		console.press('y');
		await console.waitForText(/local +>Off< +-\/2/);
		expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
		console.press('q');
		expect(await console.exited()).toBe(0);
	});

	it('mends what a restart has left that was killed midway', async () => {
		const { stack, url } = await behindBalancer();
		await stack.change('scale', 'web=1');
		const answer = fetch(`${url}drip?chunks=40`).then((response) => response.text());
		const restart = stack.open(['restart', 'web']);
		await waitFor(
			async () => (await stack.procdeck('lb')).stdout.includes('web.1 draining'),
			'web.1 to drain',
		);
		restart.kill('SIGKILL');
		await answer;
		const console = stack.open([]);
		console.press('b');
		await console.waitForText('web.1 on local gets no web traffic');
		console.press('f');
		await console.waitForText(/web\.1 +healthy/);
		await console.waitForText('lb mend done');
		console.press('q');
		await console.exited();
		const { history } = (await stack.procdeck('history', '--json')).json<{ history: readonly object[] }>();
		expect(history.at(-1)).toMatchObject({ verb: 'lb mend', to: 'load balancer', outcome: 'done' });
	});
});

describe('a stack without a load balancer', () => {
	it('says how to have one', async () => {
		const stack = await tempStack({ Procfile: 'web: sleep 1000\n' });
		const { exitCode, stderr } = await stack.procdeck('serve', 'local', 'off');
		expect(exitCode).toBe(1);
		expect(stderr).toMatch('procdeck lb add');
	});
});
