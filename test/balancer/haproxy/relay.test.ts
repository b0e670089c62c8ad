import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Relay } from '../../../src/balancer/haproxy/relay.ts';
import { relayCommand } from '../../../src/balancer/haproxy/relay-script.ts';
import { localLink } from '../../../src/link/local.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** A folder for a PATH with these programs of this machine alone. */
async function pathWith(...programs: readonly string[]): Promise<string> {
	const folder = await tempFolder({}, 'bin');
	await mkdir(folder, { recursive: true });
	for (const program of programs) {
		const { stdout } = await execa('sh', ['-c', `PATH=/usr/bin:/bin; command -v ${program}`]);
		await symlink(stdout, join(folder, program));
	}
	return folder;
}

/** Listens as HAProxy does: a line on each connection, then the answer, then the end. */
async function listens(path: string, answer: (line: string, socket: Socket) => void): Promise<void> {
	const server = createServer((socket) => {
		socket.once('data', (data) => answer(data.toString(), socket));
	});
	onTestFinished(() => void server.close());
	await new Promise<void>((resolve) => server.listen(path, resolve));
}

async function relayTo(socket: string, file: string, path: string): Promise<Relay> {
	const [shell = '', ...args] = relayCommand(socket, file);
	const channel = await localLink.open(['/usr/bin/env', `PATH=${path}`, shell, ...args]);
	onTestFinished(() => channel.close());
	return new Relay(channel);
}

describe.each(['perl', 'python3'])('lines by %s', (program) => {
	async function place() {
		const folder = await tempFolder({ 'haproxy.cfg': 'one' }, 'relay');
		const file = join(folder, 'haproxy.cfg');
		const socket = join(folder, 'socket');
		return { file, socket, relay: await relayTo(socket, file, await pathWith(program)) };
	}

	it('reach a socket, each by a connection of its own, and the answers come back in order', async () => {
		const { relay, socket } = await place();
		await listens(socket, (line, connection) => connection.end(`said ${line}`));
		const answers = await Promise.all([['one'], ['two', 'three'], ['four']].map((each) => relay.ask(each)));
		expect(answers.map(({ text }) => text)).toEqual(['said one\n', 'said two;three\n', 'said four\n']);
	});

	it('bring back long answers that come in pieces', async () => {
		const { relay, socket } = await place();
		const long = 'ünï 1\n'.repeat(50_000);
		await listens(socket, (_, connection) => {
			connection.write(long);
			setTimeout(() => connection.end('end'), 20);
		});
		expect((await relay.ask(['show stat'])).text === `${long}end`).toBe(true);
	});

	it('tell why there is no answer, and go on once there is one', async () => {
		const { relay, socket } = await place();
		expect(await relay.ask(['show info'])).toMatchObject({
			text: null,
			failure: expect.stringMatching(/^No such file/),
		});
		await listens(socket, (_, connection) => connection.end('here'));
		expect(await relay.ask(['show info'])).toMatchObject({ text: 'here', failure: null });
	});

	it('tell that the configuration is another one', async () => {
		const { relay, file } = await place();
		const mark = async () => (await relay.ask(['show info'])).fileMark;
		const first = await mark();
		expect(await mark()).toBe(first);
		await writeFile(file, 'other');
		expect(await mark()).not.toBe(first);
	});
});

it('without either of them it is said what is missing', async () => {
	const relay = await relayTo('/no/socket', '/no/file', await pathWith());
	await expect(relay.ask(['show info'])).rejects.toMatchObject({
		code: 'unreachable',
		message: expect.stringContaining('neither perl nor python3'),
	});
	expect(relay.isOpen).toBe(false);
});
