import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cuttable } from '../../support/cuttable.ts';
import { isAlive } from '../../support/processes.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { waitFor } from '../../support/wait-for.ts';
import { connectTo } from './connect-to.ts';

/** The promise is 15 s; this is what a slow machine may take on top. */
const GONE_WITHIN_MS = 17_000;
/** Neither ends by its own when the connection is gone. */
const STUBBORN = ['sh', '-c', 'trap "" TERM HUP INT PIPE; echo $$; while :; do sleep 1; done'] as const;

let sshd: Sshd;

beforeAll(async () => {
	sshd = await startSshd({ server: ['ClientAliveInterval 0', 'TCPKeepAlive no'] });
});

afterAll(() => sshd.stop());

async function nothingLeft(): Promise<void> {
	await waitFor(
		() => sshd.processes().length === 0 && sshd.connections().length === 0,
		'the server to be as before',
		GONE_WITHIN_MS,
	);
}

describe('what is left on the server', () => {
	it('is nothing after our process was killed', async () => {
		const program = new URL('./holds-a-link.ts', import.meta.url);
		const client = execaNode(program, [sshd.configFile], { reject: false, nodeOptions: [] });
		onTestFinished(() => void client.kill('SIGKILL'));
		await waitFor(() => sshd.processes().length >= 4, 'the commands to run');
		client.kill('SIGKILL');
		await nothingLeft();
	});

	it('is nothing after the network was cut', async () => {
		const cable = await cuttable(sshd.port);
		onTestFinished(() => cable.close());
		const link = await connectTo(sshd, { host: 'test', port: cable.port });
		const channel = await link.open(STUBBORN);
		channel.stream.resume();
		void link.run(['sleep', '987'], { timeoutMs: 60_000 }).catch(() => {});
		await waitFor(() => sshd.processes().length >= 5, 'the commands to run');
		const cutAt = Date.now();
		cable.cut();
		await nothingLeft();
		expect((await link.lost).code).toBe('unreachable');
		// It was there up to the cut, not up to when that was noticed.
		expect(link.heardAt).toBeGreaterThan(cutAt - 5_000);
		expect(link.heardAt).toBeLessThan(cutAt + 1_000);
		expect(await channel.ended).toMatchObject({ code: null, signal: null });
	});

	it('is nothing after a link was closed', async () => {
		const link = await connectTo(sshd);
		const channel = await link.open(STUBBORN);
		channel.stream.resume();
		await link.run(['true'], { timeoutMs: 20_000 });
		await link.close();
		await nothingLeft();
	});

	it('is nothing of a channel that was closed, whatever it ignores', async () => {
		const link = await connectTo(sshd);
		onTestFinished(() => link.close());
		const channel = await link.open(STUBBORN);
		const pid = await new Promise<number>((resolve) => {
			channel.stream.once('data', (chunk) => resolve(Number(String(chunk))));
		});
		channel.close();
		await waitFor(() => !isAlive(pid), 'it to be killed');
	});
});

describe('a short cut', () => {
	it('is survived', async () => {
		const cable = await cuttable(sshd.port);
		onTestFinished(() => cable.close());
		const link = await connectTo(sshd, { host: 'test', port: cable.port });
		onTestFinished(() => link.close());
		const channel = await link.open(['cat']);
		cable.cut();
		channel.stream.write('through');
		// Longer than from one beat to the next: one at least is lost in it.
		await waitFor(() => Date.now() - link.heardAt > 5_000, 'the server to be silent');
		cable.heal();
		const answer = await new Promise((resolve) =>
			channel.stream.once('data', (chunk) => resolve(String(chunk))),
		);
		expect(answer).toBe('through');
	});
});
