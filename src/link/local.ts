import type { Serializable } from 'node:child_process';
import { mkdir, open as openFile, rename, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import { JoinedStream } from './joined-stream.ts';
import type { Channel, Command, CommandResult, Link, RunningCommand, RunOptions } from './link.ts';
import { tailOf } from './tail.ts';

async function run(command: Command, { input = '', timeoutMs }: RunOptions): Promise<CommandResult> {
	// Few commands need it, so that it is loaded here and not at start-up.
	const { execa } = await import('execa');
	const [file, ...args] = command;
	const child = execa(file, args, { input, reject: false, stripFinalNewline: false });
	let isLate = false;
	const timer = setTimeout(() => {
		isLate = true;
		child.kill();
	}, timeoutMs);
	child.nodeChildProcess.once('exit', () => {
		// What it left behind may hold its output open for as long as it likes.
		if (isLate) for (const output of [child.stdout, child.stderr]) output.destroy();
	});
	const { exitCode = null, stdout, stderr, shortMessage = '' } = await child;
	clearTimeout(timer);
	if (isLate) return { exitCode: null, stdout, stderr: stderr || `timed out after ${timeoutMs} ms` };
	const neverStarted = exitCode === null && stderr === '';
	return { exitCode, stdout, stderr: neverStarted ? shortMessage : stderr };
}

/** How a command can ask what it has to know, if it is a Node program. */
export interface Asking {
	/** The name that it is started under, by which it knows that it can ask. */
	readonly argv0: string;
	/** Answers a message of it by another. */
	readonly answer: (message: unknown) => Promise<unknown>;
}

/** Starts a command on this machine, without stdin; it ends with this process. */
export async function startCommand(command: Command, asking: Asking | null = null): Promise<RunningCommand> {
	const { execa } = await import('execa');
	const [file, ...args] = command;
	const child = execa(file, args, {
		stdin: 'ignore',
		all: true,
		buffer: false,
		encoding: 'buffer',
		reject: false,
		...(asking !== null && { ipc: true, argv0: asking.argv0 }),
	});
	const { nodeChildProcess } = child;
	nodeChildProcess.on('message', async (message) => {
		const answered = await asking?.answer(message);
		if (nodeChildProcess.connected) nodeChildProcess.send(answered as Serializable);
	});
	const ended = child.then(({ exitCode = null, signal = null, shortMessage }) => ({
		code: exitCode,
		signal,
		why: exitCode === null && signal === null ? `${shortMessage}\n` : '',
	}));
	return { output: outputOf(child.all, ended), ended, kill: (signal) => void child.kill(signal) };
}

async function* outputOf(
	stream: AsyncIterable<Uint8Array>,
	ended: Promise<{ readonly why: string }>,
): AsyncGenerator<Uint8Array> {
	yield* stream;
	const { why } = await ended;
	if (why !== '') yield Buffer.from(why);
}

async function put(path: string, content: string, mode: number): Promise<void> {
	const temporary = `${path}.${freshId()}`;
	try {
		await mkdir(dirname(path), { recursive: true });
		const file = await openFile(temporary, 'wx', mode);
		try {
			await file.writeFile(content);
			await file.chmod(mode);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true }).catch(() => {});
		throw new ProcdeckError('refused', `cannot write ${path}: ${(error as Error).message}`, null, {
			cause: error,
		});
	}
}

/** What a shell says of a command that it does not find. */
const NOT_FOUND = 127;

/** It ends with this process: at the latest when it reads its stdin or writes. */
async function open(command: Command): Promise<Channel> {
	const { execa } = await import('execa');
	const [file, ...args] = command;
	const child = execa(file, args, { buffer: false, encoding: 'buffer', reject: false, stdin: 'pipe' });
	const stderr = tailOf(child.stderr);
	let isClosed = false;
	// What does not listen is killed after five seconds.
	const end = () => void child.kill('SIGTERM');
	const stream = new JoinedStream({
		readable: child.stdout,
		writable: child.stdin,
		// What has written all that it had to say ends by itself, and tells how.
		close: () => {
			if (!child.stdout.readableEnded) end();
		},
		broken: () => null,
	});
	const ended = child.then(({ exitCode, signal = null, shortMessage }) => {
		if (isClosed) return { code: null, signal: null, stderr: stderr() };
		if (exitCode !== undefined || signal !== null)
			return { code: exitCode ?? null, signal, stderr: stderr() };
		return { code: NOT_FOUND, signal: null, stderr: shortMessage ?? '' };
	});
	const close = () => {
		isClosed = true;
		stream.destroy();
		end();
	};
	return { stream, ended, close };
}

function connect(host: string, port: number): Promise<Duplex> {
	return new Promise((resolve, reject) => {
		const socket = connectTcp({ host, port, noDelay: true });
		socket.once('error', reject);
		socket.once('connect', () => {
			socket.off('error', reject);
			socket.on('error', () => {});
			resolve(socket);
		});
	});
}

/** This machine. It is never lost. */
export const localLink: Link = {
	run,
	open,
	put,
	connect,
	get heardAt() {
		return Date.now();
	},
	lost: new Promise(() => {}),
	close: async () => {},
};

/** This machine, with an end: what was started over it ends with it. */
export function openLocalLink(): Link {
	const channels = new Set<Channel>();
	return {
		...localLink,
		get heardAt() {
			return localLink.heardAt;
		},
		async open(command) {
			const channel = await open(command);
			channels.add(channel);
			void channel.ended.then(() => channels.delete(channel));
			return channel;
		},
		async close() {
			const open = [...channels];
			for (const channel of open) channel.close();
			await Promise.all(open.map(({ ended }) => ended));
		},
	};
}
