import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY } from '../support/binary.ts';
import type { ChangesJson } from '../support/contract.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BinaryStack, binaryStackOf } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';
import { processesOfLogins } from './on-host.ts';

const host = fleetHost('web1');

/** How long the network is away at least: until the verb has given up, and 120 by hand. */
const CUT_SECONDS = Number(process.env.CUT_SECONDS ?? 0);
const PATIENCE = ['--timeout', CUT_SECONDS > 60 ? '60' : '10'];

/** Instances run at once, and are ready when the file says go. */
const WORKER = 'until [ -e go ]; do sleep 0.1; done; echo ready; exec /srv/fixtures/runs';

/** On two servers with two ready workers each, seen by an open console. */
async function shop() {
	const stack = await binaryStackOf({
		procfile: `worker: ${WORKER}\n`,
		hosts: ['web1', 'web2'],
		settings: 'processes:\n  worker: { ready: { log: "^ready$", timeout: 300 } }\n',
		ssh: ['ServerAliveInterval=1', 'ServerAliveCountMax=2', 'ConnectTimeout=20'],
	});
	for (const each of ['web1', 'web2']) await fleetHost(each).run(`touch ${stack.path}/go`);
	await stack.change('scale', 'worker=2', '--all');
	const console = stack.open([], { columns: 100, rows: 30 });
	await console.waitForText(/4\/4 up[\s\S]* 2 servers/);
	return { stack, console };
}

/** Begins a verb; what it returns waits for its end, which comes when it is out of patience. */
function begin({ directory, env }: BinaryStack, ...args: string[]) {
	const running = execa(process.execPath, [BINARY, ...args, ...PATIENCE, '--json'], {
		cwd: directory,
		env,
		extendEnv: false,
		reject: false,
	});
	onTestFinished(() => void running.kill('SIGKILL'));
	return async () => {
		const { exitCode, stdout } = await running;
		return { exitCode, changes: (JSON.parse(stdout) as ChangesJson).changes };
	};
}

/** What the host itself tells of its workers. */
function onHost({ name }: BinaryStack) {
	const prefix = `procdeck.${name}.development`;
	const unit = (index: number) => `${prefix}.worker@${index}`;
	const lock = `/run/procdeck/${name}.development/lock`;
	return {
		pid: (index: number) => host.run(`systemctl show --property=MainPID --value ${unit(index)}`),
		isEnabled: (index: number) => host.run(`systemctl is-enabled ${unit(index)} || true`),
		/** How many run, and how many a boot would start. */
		counts: () =>
			host.run(`systemctl list-units --state=active --plain --no-legend '${prefix}.worker@*' | wc -l
				ls /etc/systemd/system/${prefix}.target.wants | wc -l`),
		isLocked: () => host.run(`flock --nonblock ${lock} true && echo free || echo locked`),
	};
}

/** From the moment of the cut on: what holds until the network is back. */
async function staysAway(work: () => Promise<void>): Promise<void> {
	await host.cut();
	const until = Date.now() + CUT_SECONDS * 1000;
	await work();
	// The outage itself: nothing is waited for.
	await sleep(Math.max(0, until - Date.now()));
	await host.heal();
}

/** What a verb has left behind and an open console shows, once it has given up and the network is still away. */
async function isLeft({ stack, console }: Awaited<ReturnType<typeof shop>>): Promise<void> {
	await waitFor(async () => (await onHost(stack).isLocked()) === 'free', 'the lock to be free');
	await waitFor(async () => (await processesOfLogins(host)) === '', 'everything of ours to be gone');
	await console.waitForText(/ 1\/2 servers[\s\S]*web1 {2}seen \d+ [sm] ago/);
}

describe('a network that stays away longer than a verb waits', {
	timeout: 120_000 + CUT_SECONDS * 1000,
}, () => {
	it('in the midst of scaling: what the verb says is true, and the console is back by itself', async () => {
		const both = await shop();
		const { stack, console } = both;
		const there = onHost(stack);
		for (const each of ['web1', 'web2']) await fleetHost(each).run(`rm ${stack.path}/go`);
		const scaled = begin(stack, 'scale', 'worker=4', '--all');
		await waitFor(async () => (await there.isEnabled(4)) === 'enabled', 'the change to be recorded');
		await staysAway(async () => {
			await fleetHost('web2').run(`touch ${stack.path}/go`);
			const { exitCode, changes } = await scaled();
			expect(changes).toMatchObject([
				{ server: 'web1', from: 2, to: 4, outcome: 'unknown', code: 'unreachable' },
				{ server: 'web2', from: 2, to: 4, outcome: 'done' },
			]);
			expect(exitCode).toBe(3);
			await isLeft(both);
			await host.run(`touch ${stack.path}/go`);
		});
		await console.waitForText(/ 8\/8 up +2 servers[\s\S]*all well/);
		expect(await there.counts()).toBe('4\n4');
	});

	it('in the midst of a rolling restart: the rest is left as it was', async () => {
		const both = await shop();
		const { stack, console } = both;
		const there = onHost(stack);
		const [first, second] = [await there.pid(1), await there.pid(2)];
		await host.run(`rm ${stack.path}/go`);
		const restarted = begin(stack, 'restart', 'worker', '--server', 'web1');
		await waitFor(async () => ![first, '0'].includes(await there.pid(1)), 'the first to be another');
		await staysAway(async () => {
			const { exitCode, changes } = await restarted();
			expect(changes).toMatchObject([{ server: 'web1', outcome: 'unknown', code: 'unreachable' }]);
			expect(exitCode).toBe(1);
			await isLeft(both);
			await host.run(`touch ${stack.path}/go`);
		});
		await console.waitForText(/ 4\/4 up +2 servers[\s\S]*all well/);
		expect([await there.counts(), await there.pid(2)]).toEqual(['2\n2', second]);
		expect(await stack.change('restart', 'worker', '--server', 'web1')).toMatchObject([{ outcome: 'done' }]);
		expect(await there.pid(2)).not.toBe(second);
	});
});
