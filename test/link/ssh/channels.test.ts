import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Channel, Link } from '../../../src/link/link.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { waitFor } from '../../support/wait-for.ts';
import { connectTo } from './connect-to.ts';

const WITHIN = { timeoutMs: 20_000 };

async function linkWhere(...server: string[]): Promise<{ sshd: Sshd; link: Link }> {
	const sshd = await startSshd({ server });
	onTestFinished(() => sshd.stop());
	const link = await connectTo(sshd);
	onTestFinished(() => link.close());
	return { sshd, link };
}

async function echo(channel: Channel, word: string): Promise<string> {
	channel.stream.write(word);
	return new Promise((resolve) => channel.stream.once('data', (chunk) => resolve(String(chunk))));
}

describe('a server that allows two sessions a connection', () => {
	it('gets more connections, up to four, and all work', async () => {
		const { sshd, link } = await linkWhere('MaxSessions 2');
		const channels = await Promise.all(Array.from({ length: 5 }, () => link.open(['cat'])));
		expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
		const words = channels.map((_, index) => `word ${index}`);
		expect(await Promise.all(channels.map((channel, index) => echo(channel, words[index] ?? '')))).toEqual(
			words,
		);
		expect(sshd.connections()).toHaveLength(4);
		await link.close();
		await waitFor(() => sshd.processes().length === 0, 'nothing to be left');
	});
});

describe('a server that allows one session a connection', () => {
	it('runs commands and carries two channels', async () => {
		const { link } = await linkWhere('MaxSessions 1');
		const channels = await Promise.all([link.open(['cat']), link.open(['cat'])]);
		expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
		expect(await Promise.all(channels.map((channel) => echo(channel, 'word')))).toEqual(['word', 'word']);
		expect((await link.run(['sleep', '60'], { timeoutMs: 200 })).exitCode).toBeNull();
		expect((await link.run(['echo', 'again'], WITHIN)).stdout).toBe('again\n');
	});

	it('makes what is too much wait for a place, and says so when none becomes free', async () => {
		const { link } = await linkWhere('MaxSessions 1');
		await link.run(['true'], WITHIN);
		const [first] = await Promise.all([link.open(['cat']), link.open(['cat'])]);
		const third = link.open(['cat']);
		const fourth = link.open(['cat']);
		const refused = expect(fourth).rejects.toMatchObject({ code: 'limit' });
		first?.close();
		expect(await echo(await third, 'word')).toBe('word');
		await refused;
	});
});

describe('a server that allows no session', () => {
	it('is told so', async () => {
		const sshd = await startSshd({ server: ['MaxSessions 0'] });
		onTestFinished(() => sshd.stop());
		await expect(connectTo(sshd)).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringContaining('no session'),
		});
		await waitFor(() => sshd.connections().length === 0, 'the connection to end');
	});
});

describe('many channels', () => {
	it('all get through', async () => {
		const { link } = await linkWhere();
		const outputs = await Promise.all(
			Array.from({ length: 100 }, async (_, index) => {
				const channel = await link.open(['echo', String(index)]);
				return text(channel.stream as Readable);
			}),
		);
		expect(outputs).toEqual(Array.from({ length: 100 }, (_, index) => `${index}\n`));
	});

	it('one after another leave nothing behind', async () => {
		const { sshd, link } = await linkWhere();
		await link.run(['true'], WITHIN);
		for (let turn = 0; turn < 60; turn++) {
			const channel = await link.open(['sleep', '987']);
			channel.close();
		}
		expect(sshd.connections().length).toBeLessThanOrEqual(4);
		// The shell for commands, the one that looks after us, its watcher and that one's nap.
		await waitFor(() => sshd.processes().length <= 4, 'the others to end');
	});
});
