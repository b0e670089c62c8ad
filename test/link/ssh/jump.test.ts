import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../../src/link/link.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { waitFor } from '../../support/wait-for.ts';
import { configure } from './configure.ts';
import { connectTo } from './connect-to.ts';

const WITHIN = { timeoutMs: 20_000 };
const SERVERS = 30;

let first: Sshd;
let second: Sshd;
let target: Sshd;

beforeAll(async () => {
	[first, second, target] = await Promise.all([
		startSshd(),
		startSshd(),
		startSshd({ server: ['MaxStartups 3:50:5'] }),
	]);
});

afterAll(() => Promise.all([first.stop(), second.stop(), target.stop()]));

async function ofTest(linking: Promise<Link>): Promise<Link> {
	const link = await linking;
	onTestFinished(() => link.close());
	return link;
}

describe('a jump host', () => {
	it('is gone through, and left with the last link', async () => {
		const config = await configure({ jump: [first], web: [target, 'ProxyJump jump'] });
		const link = await ofTest(connectTo(config, { host: 'web' }));
		expect((await link.run(['sh', '-c', 'echo $SSH_CONNECTION'], WITHIN)).stdout).toContain(
			` ${target.port}`,
		);
		expect(first.connections()).toHaveLength(1);
		await link.close();
		await waitFor(() => first.connections().length === 0, 'the jump host to be left');
	});

	it('may be several', async () => {
		const config = await configure({ one: [first], two: [second], web: [target, 'ProxyJump one,two'] });
		const link = await ofTest(connectTo(config, { host: 'web' }));
		expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
		expect([first.connections().length, second.connections().length]).toEqual([1, 1]);
	});

	it('may have one of its own', async () => {
		const config = await configure({
			one: [first],
			two: [second, 'ProxyJump one'],
			web: [target, 'ProxyJump two'],
		});
		const link = await ofTest(connectTo(config, { host: 'web' }));
		expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
		expect(first.connections()).toHaveLength(1);
	});

	it('is shared by all servers behind it, however few connects at once the server takes', async () => {
		const names = Array.from({ length: SERVERS }, (_, index) => `web${index}`);
		const config = await configure({
			jump: [first],
			...Object.fromEntries(names.map((name) => [name, [target, 'ProxyJump jump'] as const])),
		});
		const links = await Promise.all(names.map((host) => ofTest(connectTo(config, { host }))));
		const outputs = await Promise.all(links.map((link, index) => link.run(['echo', String(index)], WITHIN)));
		expect(outputs.map(({ stdout }) => stdout)).toEqual(names.map((_, index) => `${index}\n`));
		expect(first.connections()).toHaveLength(1);
	});

	it('takes its links along when it is lost', async () => {
		const config = await configure({ jump: [first], web: [target, 'ProxyJump jump'] });
		const link = await ofTest(connectTo(config, { host: 'web' }));
		process.kill(first.connections()[0] as number, 'SIGKILL');
		expect((await link.lost).code).toBe('unreachable');
		const again = await ofTest(connectTo(config, { host: 'web' }));
		expect((await again.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
	});

	it('has to be known, too', async () => {
		const stranger = await startSshd();
		onTestFinished(() => stranger.stop());
		await writeFile(stranger.knownHosts, '');
		const config = await configure({ jump: [stranger], web: [target, 'ProxyJump jump'] });
		await expect(connectTo(config, { host: 'web' })).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringMatching(/^jump: its host key is not known/),
		});
	});

	it('is told apart from a server behind it that is down', async () => {
		const config = await configure({ jump: [first], web: [{ ...target, port: 1 }, 'ProxyJump jump'] });
		await expect(connectTo(config, { host: 'web' })).rejects.toThrow(
			/^web: the jump host jump cannot reach 127.0.0.1/,
		);
	});

	it('does not go round in circles', async () => {
		const config = await configure({
			web: [target, 'ProxyJump jump'],
			jump: [first, 'ProxyJump jump2'],
			jump2: [second, 'ProxyJump jump'],
		});
		await expect(connectTo(config, { host: 'web' })).rejects.toThrow(/in circles/);
	});
});
