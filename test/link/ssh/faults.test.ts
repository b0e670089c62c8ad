import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../../src/link/link.ts';
import { connectSsh } from '../../../src/link/ssh/connect.ts';
import { startSshd } from '../../support/sshd.ts';
import { waitFor } from '../../support/wait-for.ts';
import { connectTo, NOBODY } from './connect-to.ts';
import { configFor, oddServer, run } from './odd-server.ts';

const WITHIN = { timeoutMs: 20_000 };

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
	const server: Server = createServer((socket) => {
		socket.on('error', () => {});
		onTestFinished(() => void socket.destroy());
		onSocket(socket);
	}).listen(0, '127.0.0.1');
	onTestFinished(() => void server.close());
	await once(server, 'listening');
	return (server.address() as { port: number }).port;
}

async function login(config: { readonly configFile: string }): Promise<Link> {
	const link = await connectTo(config);
	onTestFinished(() => link.close());
	return link;
}

describe('connecting', () => {
	it('says that nothing listens', async () => {
		await expect(connectTo(await configFor(1, 'none x'))).rejects.toMatchObject({
			code: 'unreachable',
			message: 'test: 127.0.0.1 port 1 refuses the connection',
			hint: expect.stringContaining('sshd'),
		});
	});

	it('says that a name is not known', async () => {
		const options = { asker: NOBODY };
		const target = { host: 'no-such-host.invalid', user: null, port: null };
		await expect(connectSsh(target, options)).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringMatching(/no-such-host.invalid/),
		});
	});

	it('does not wait for ever for a server that says nothing', async () => {
		const port = await listen(() => {});
		const config = await configFor(port, 'none x', 'ConnectTimeout 1');
		await expect(connectTo(config)).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringContaining('took too long to log in'),
		});
	});

	it('says that something else than an SSH server answers', async () => {
		const port = await listen((socket) =>
			socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${'x'.repeat(100_000)}`),
		);
		const config = await configFor(port, 'none x', 'ConnectTimeout 1');
		await expect(connectTo(config)).rejects.toMatchObject({ code: 'unreachable' });
	});

	it('tries again where the server drops connects before it says hello', async () => {
		const sshd = await startSshd();
		onTestFinished(() => sshd.stop());
		let drops = 0;
		const port = await listen((socket) => {
			if (drops++ < 3) return void socket.destroy();
			const server = connectTcp(sshd.port, '127.0.0.1');
			server.on('error', () => {});
			socket.pipe(server).pipe(socket);
		});
		const link = await connectTo(sshd, { port });
		onTestFinished(() => link.close());
		expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
		expect(drops).toBe(4);
	});

	it('can be given up', async () => {
		let isReached = false;
		const port = await listen(() => {
			isReached = true;
		});
		const { configFile } = await configFor(port, 'none x');
		const controller = new AbortController();
		const connecting = connectSsh(
			{ host: 'test', user: null, port: null },
			{ asker: NOBODY, configFile, signal: controller.signal },
		);
		const givenUp = expect(connecting).rejects.toMatchObject({ code: 'unreachable', message: /given up/ });
		await waitFor(() => isReached, 'the connect');
		controller.abort();
		await givenUp;
	});

	it('goes through a ProxyCommand, and tells why one failed', async () => {
		const sshd = await startSshd();
		onTestFinished(() => sshd.stop());
		const program = `const s=require('net').connect(process.argv[1],process.argv[2]);process.stdin.pipe(s).pipe(process.stdout)`;
		const through = await configFor(
			1,
			'none x',
			`ProxyCommand ${process.execPath} -e "${program}" ${sshd.port} %h`,
		);
		await expect(connectTo(through)).rejects.toThrow(/host key has changed/);
		const failing = await configFor(1, 'none x', 'ProxyCommand echo no way out >&2; exit 3');
		await expect(connectTo(failing)).rejects.toThrow(/ProxyCommand failed: no way out/);
	});

	it('bears a long banner and a greeting', async () => {
		const config = await oddServer({ banner: 'welcome\n'.repeat(3_000), greeting: 'hello\r\n'.repeat(100) });
		const link = await login(config);
		expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
	});
});

describe('a session', () => {
	it('starts behind what start-up files print, and after what they print last without a line end', async () => {
		const noise =
			'yes noise | head -n 20000; yes noise | head -n 20000 >&2; printf procdeck-session; printf more >&2';
		const sshd = await startSshd({
			server: [`ForceCommand ${noise}; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"`],
		});
		onTestFinished(() => sshd.stop());
		const link = await login(sshd);
		expect(await link.run(['echo', 'fine'], WITHIN)).toEqual({ exitCode: 0, stdout: 'fine\n', stderr: '' });
		const channel = await link.open(['echo', 'fine']);
		expect(await text(channel.stream as Readable)).toBe('fine\n');
		expect(await channel.ended).toEqual({ code: 0, signal: null, stderr: '' });
	});

	it('that the login shell does not give is a clear error', async () => {
		const sshd = await startSshd({ server: ['ForceCommand echo This account is not available.; exit 1'] });
		onTestFinished(() => sshd.stop());
		await expect(connectTo(sshd)).rejects.toMatchObject({
			code: 'unreachable',
			message: 'test: the login shell does not run commands: This account is not available.',
		});
	});

	it('that the server does not open is not waited for without end', async () => {
		await expect(connectTo(await oddServer({ ignoresSessions: true }))).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringMatching(/did not open a channel within/),
		});
	});

	it('that ends without a word is no success', async () => {
		let sessions = 0;
		const config = await oddServer({
			exec(channel, command) {
				if (sessions++ === 0) return run(channel, command);
				run(channel, command);
				setTimeout(() => channel.close(), 300);
			},
		});
		const link = await login(config);
		const channel = await link.open(['sleep', '5']);
		channel.stream.resume();
		expect(await channel.ended).toMatchObject({ code: null, signal: null });
		expect((await link.run(['sleep', '5'], WITHIN)).exitCode).toBeNull();
	});

	it('tells the signal that the server tells', async () => {
		let sessions = 0;
		const config = await oddServer({
			exec(channel, command) {
				run(channel, command);
				if (sessions++ === 0) return;
				setTimeout(() => {
					channel.exit('KILL', false, 'killed');
					channel.end();
				}, 300);
			},
		});
		const link = await login(config);
		const channel = await link.open(['sleep', '5']);
		channel.stream.resume();
		expect(await channel.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
	});
});

describe('a link that is lost', () => {
	it('says so everywhere: nothing that was under way is a success', async () => {
		const sshd = await startSshd();
		onTestFinished(() => sshd.stop());
		const link = await login(sshd);
		const channel = await link.open(['cat']);
		const errors: Error[] = [];
		channel.stream.on('error', (error) => errors.push(error)).resume();
		const closed = new Promise((resolve) => channel.stream.once('close', resolve));
		const running = expect(link.run(['sleep', '60'], WITHIN)).rejects.toMatchObject({ code: 'unreachable' });
		await waitFor(() => sshd.processes().length > 4, 'the command to run');
		process.kill(sshd.connections()[0] as number, 'SIGKILL');
		expect(await link.lost).toMatchObject({ code: 'unreachable', message: /^test: the connection is lost/ });
		await running;
		await closed;
		expect(errors).toMatchObject([{ code: 'unreachable' }]);
		expect(await channel.ended).toMatchObject({ code: null, signal: null });
		await expect(link.run(['true'], WITHIN)).rejects.toMatchObject({ code: 'unreachable' });
		await expect(link.open(['true'])).rejects.toMatchObject({ code: 'unreachable' });
		await expect(link.put('/tmp/never', '', 0o600)).rejects.toMatchObject({ code: 'unreachable' });
		await expect(link.connect('127.0.0.1', 1)).rejects.toMatchObject({ code: 'unreachable' });
		await link.close();
	});

	it('is not one that was closed', async () => {
		const sshd = await startSshd();
		onTestFinished(() => sshd.stop());
		const link = await login(sshd);
		const channel = await link.open(['cat']);
		await link.close();
		await expect(link.run(['true'], WITHIN)).rejects.toMatchObject({ code: 'unreachable' });
		expect(await channel.ended).toMatchObject({ code: null, signal: null });
		await waitFor(() => sshd.connections().length === 0, 'the connection to be gone');
		expect(await Promise.race([link.lost.then(() => 'lost'), nextTurn('not lost')])).toBe('not lost');
	});
});
