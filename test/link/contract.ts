import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Command, Link } from '../../src/link/link.ts';
import { isAlive } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const WITHIN = { timeoutMs: 20_000 };

/** Words that a shell would do something with. */
const ODD_WORDS = [
	'',
	' ',
	'a b',
	"it's",
	'"',
	'$HOME ${x} $(id) `id`',
	'\\',
	'\\n',
	'!x',
	'*',
	'~',
	'-n',
	'--',
	'#',
	'a\nb\n',
	'\t',
	'\r',
	'%s',
	';|&<>()',
	'ä€😀',
	'\x1b[31m',
];

/** What every link to this machine has to do. */
export function linkContract(open: () => Promise<Link>): void {
	let link: Link;

	beforeAll(async () => {
		link = await open();
		return () => link.close();
	});

	const sh = (script: string): Command => ['sh', '-c', script];

	describe('run', () => {
		it('hands over the input and returns what came out', async () => {
			const result = await link.run(sh('cat; echo oops >&2; exit 3'), { ...WITHIN, input: 'in\n' });
			expect(result).toEqual({ exitCode: 3, stdout: 'in\n', stderr: 'oops\n' });
		});

		it('gives no input by default', async () => {
			const result = await link.run(['cat'], WITHIN);
			expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
		});

		it('passes each argument as it is', async () => {
			const { stdout } = await link.run(['printf', '[%s]', ...ODD_WORDS], WITHIN);
			expect(stdout).toBe(ODD_WORDS.map((word) => `[${word}]`).join(''));
		});

		it('passes the input as it is', async () => {
			const input = ODD_WORDS.join('|');
			expect((await link.run(['cat'], { ...WITHIN, input })).stdout).toBe(input);
		});

		it('keeps megabytes exact in both directions', async () => {
			const input = Array.from({ length: 60_000 }, (_, line) => `${line} äöü ' $x "\\ €\n`).join('');
			const { stdout } = await link.run(['cat'], { ...WITHIN, input });
			expect(stdout.length).toBe(input.length);
			expect(stdout === input).toBe(true);
		});

		it('does not mind a command that does not read its input', async () => {
			const input = 'x'.repeat(1_000_000);
			expect(await link.run(sh('echo done'), { ...WITHIN, input })).toEqual({
				exitCode: 0,
				stdout: 'done\n',
				stderr: '',
			});
		});

		it('says why a command could not be started', async () => {
			const { exitCode, stderr } = await link.run(['procdeck-no-such-command'], WITHIN);
			expect(exitCode).toBeNull();
			expect(stderr).toContain('procdeck-no-such-command');
		});

		it('tells a command that is not found from one that says so itself', async () => {
			expect((await link.run(sh('exit 127'), WITHIN)).exitCode).toBe(127);
			expect((await link.run(sh('exit 126'), WITHIN)).exitCode).toBe(126);
			expect((await link.run(['/etc/passwd'], WITHIN)).exitCode).toBeNull();
		});

		it('has no exit code for a command that a signal ended', async () => {
			expect((await link.run(sh('kill -KILL $$'), WITHIN)).exitCode).toBeNull();
		});

		it('ends what takes too long', async () => {
			const result = await link.run(sh('echo $$; (trap "" HUP TERM; exec sleep 20) & sleep 987'), {
				timeoutMs: 1_000,
			});
			expect(result.exitCode).toBeNull();
			expect(result.stderr).toContain('timed out');
			expect(isAlive(Number(result.stdout))).toBe(false);
			expect((await link.run(['echo', 'next'], WITHIN)).stdout).toBe('next\n');
		});

		it('ends what does not listen to TERM', async () => {
			const { stdout } = await link.run(sh('trap "" TERM; echo $$; while :; do sleep 0.1; done'), {
				timeoutMs: 500,
			});
			await waitFor(() => !isAlive(Number(stdout)), 'it to be killed');
		});

		it('does not let a command disturb the next one', async () => {
			for (const command of [
				['exit', '1'],
				['cd', '/'],
				['exec', 'true'],
				['set', '-e'],
				['false'],
			] as const) {
				await link.run(command, WITHIN);
			}
			await link.run(sh('umask 0; cd /; exit 9'), WITHIN);
			expect(await link.run(sh('echo fine'), WITHIN)).toEqual({ exitCode: 0, stdout: 'fine\n', stderr: '' });
		});

		it('keeps the output of commands that run at once apart', async () => {
			const numbers = Array.from({ length: 20 }, (_, number) => String(number));
			const results = await Promise.all(
				numbers.map((number) => link.run(sh(`echo ${number}; echo e${number} >&2; exit ${number}`), WITHIN)),
			);
			expect(results).toEqual(
				numbers.map((number) => ({
					exitCode: Number(number),
					stdout: `${number}\n`,
					stderr: `e${number}\n`,
				})),
			);
		});

		it('runs a short command while a long one runs', async () => {
			const long = link.run(sh('read line; echo long'), { ...WITHIN, input: 'x\n' });
			const blocked = link.run(sh('sleep 3; echo late'), WITHIN);
			const order: string[] = [];
			const quick = link.run(['echo', 'quick'], WITHIN).then(() => order.push('quick'));
			await Promise.all([long, quick, blocked.then(() => order.push('late'))]);
			expect(order).toEqual(['quick', 'late']);
		});
	});

	describe('open', () => {
		it('gives the stdin and stdout of a command, and how it ended', async () => {
			const channel = await link.open(sh('read a; echo "got $a"; cat; echo oops >&2; exit 7'));
			channel.stream.write('one\n');
			channel.stream.end('two\nthree');
			expect(await text(channel.stream as Readable)).toBe('got one\ntwo\nthree');
			expect(await channel.ended).toEqual({ code: 7, signal: null, stderr: 'oops\n' });
		});

		it('passes each argument as it is', async () => {
			const channel = await link.open(['printf', '[%s]', ...ODD_WORDS]);
			expect(await text(channel.stream as Readable)).toBe(ODD_WORDS.map((word) => `[${word}]`).join(''));
		});

		it('names the signal that ended it', async () => {
			const channel = await link.open(sh('kill -TERM $$'));
			channel.stream.resume();
			expect(await channel.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
		});

		it('says that a command is not found', async () => {
			const channel = await link.open(['procdeck-no-such-command']);
			channel.stream.resume();
			const { code, stderr } = await channel.ended;
			expect(code).toBe(127);
			expect(stderr).toContain('procdeck-no-such-command');
		});

		it('keeps megabytes exact, in both directions, for a reader that is slow to start', async () => {
			const channel = await link.open(['cat']);
			const sent = Buffer.alloc(5_000_000, 'abcdefghijklmnopqrstuvwxyz\n');
			const written = new Promise<void>((resolve) => channel.stream.end(sent, () => resolve()));
			const chunks: Buffer[] = [];
			for await (const chunk of channel.stream) chunks.push(chunk as Buffer);
			await written;
			expect(Buffer.concat(chunks).equals(sent)).toBe(true);
		});

		it('makes a command wait for its reader', async () => {
			const channel = await link.open(['yes', 'x'.repeat(1_000)]);
			channel.stream.read(0);
			await waitFor(() => channel.stream.readableLength > 0, 'output');
			expect(channel.stream.readableLength).toBeLessThan(1_000_000);
			channel.close();
		});

		it('closes: ends the command, and says that nobody saw how', async () => {
			const channel = await link.open(sh('trap "" HUP; echo $$; exec sleep 987'));
			const pid = await firstLine(channel.stream);
			expect(isAlive(pid)).toBe(true);
			channel.close();
			expect(await channel.ended).toMatchObject({ code: null, signal: null });
			await waitFor(() => !isAlive(pid), 'the command to end');
			channel.close();
		});

		it('survives that somebody writes to a command that has ended', async () => {
			const channel = await link.open(['true']);
			channel.stream.resume();
			await channel.ended;
			channel.stream.write('too late');
			expect((await link.run(['echo', 'fine'], WITHIN)).stdout).toBe('fine\n');
		});
	});

	describe('put', () => {
		it('replaces a file as a whole, with its mode, and makes its folder', async () => {
			const directory = await temporaryDirectory();
			const path = join(directory, "new folder's", 'file');
			await link.put(path, 'one', 0o600);
			await link.put(path, ODD_WORDS.join('\n'), 0o644);
			expect(await readFile(path, 'utf8')).toBe(ODD_WORDS.join('\n'));
			expect((await stat(path)).mode & 0o777).toBe(0o644);
			expect(await readdir(join(directory, "new folder's"))).toEqual(['file']);
		});

		it('puts an empty file', async () => {
			const path = join(await temporaryDirectory(), 'empty');
			await link.put(path, '', 0o600);
			expect(await readFile(path, 'utf8')).toBe('');
		});

		it('replaces a symbolic link, not what it points to', async () => {
			const directory = await temporaryDirectory();
			await writeFile(join(directory, 'target'), 'kept');
			await symlink('target', join(directory, 'link'));
			await link.put(join(directory, 'link'), 'new', 0o600);
			expect(await readFile(join(directory, 'target'), 'utf8')).toBe('kept');
			expect(await readFile(join(directory, 'link'), 'utf8')).toBe('new');
		});

		it('refuses what cannot be written', async () => {
			const directory = await temporaryDirectory();
			await writeFile(join(directory, 'file'), '');
			const below = join(directory, 'file', 'below');
			await expect(link.put(below, '', 0o644)).rejects.toMatchObject({ code: 'refused' });
			await expect(link.put(directory, 'x', 0o644)).rejects.toMatchObject({ code: 'refused' });
			expect(await readdir(directory)).toEqual(['file']);
		});
	});

	describe('connect', () => {
		it('carries bytes in both directions', async () => {
			const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
			onTestFinished(() => void server.close());
			await waitFor(() => server.listening, 'the server');
			const { port } = server.address() as { port: number };
			const stream = await link.connect('127.0.0.1', port);
			stream.end('hello');
			expect(await text(stream as Readable)).toBe('hello');
		});

		it('fails where nothing listens', async () => {
			await expect(link.connect('127.0.0.1', 1)).rejects.toThrow(/refused/i);
		});
	});
}

async function firstLine(stream: Readable): Promise<number> {
	for await (const chunk of stream.iterator({ destroyOnReturn: false })) return Number(String(chunk));
	throw new Error('it wrote nothing');
}

async function temporaryDirectory(): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'procdeck-link-'));
	onTestFinished(() => rm(directory, { recursive: true, force: true }));
	return directory;
}
