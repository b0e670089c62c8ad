import type { Duplex, Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { ProcdeckError } from '../../model/errors.ts';
import type { Connection } from './connection.ts';
import { within } from './deadline.ts';
import { asOneLine, BOOTSTRAP, READY_STDERR, READY_STDOUT } from './script.ts';
import { limitAhead } from './send-window.ts';

/** A POSIX shell in a channel of its own that waits to be told, in one line, what to run. */
export interface Session {
	/** Its stdin and stdout; destroyed with the reason when the connection is lost. */
	readonly stream: Duplex;
	readonly stderr: Readable;
	/** Never rejects. Needs all that it writes to be read. Both null: nobody saw how. */
	readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
	/** The shell as the server's kernel knows it; null where there is no /proc. */
	readonly process: SessionProcess | null;
	/** Tells it what to do; what is written to the stream afterwards is for that. */
	begin(script: string): void;
}

/** Numbers from `/proc/PID/stat`. */
export interface SessionProcess {
	readonly pid: number;
	/** sshd, but for wrappers. */
	readonly parent: number;
	/** The process group of all that the session starts. */
	readonly group: number;
	/** When it was started: tells it from another of the same number, also on another machine. */
	readonly start: number;
}

/** The user's start-up files run before the shell answers. */
const READY_WITHIN_MS = 30_000;
/** Of what they print: enough to find our own line behind it, and to tell why there is none. */
const NOISE_KEPT = 16 * 1024;

/**
 * @throws ChannelRefused
 * @throws ProcdeckError `unreachable`: also when the login shell does not run commands
 */
export async function startSession(connection: Connection): Promise<Session> {
	const raw = await connection.exec(BOOTSTRAP);
	for (const stream of [raw, raw.stderr]) stream.on('error', () => {});
	const ended = endOf(connection, raw);
	try {
		const late = () => notReady(connection, 'it does not answer');
		const [stat] = await within(READY_WITHIN_MS, bothReady(connection, raw), late);
		// Only now does it know what the server allows.
		limitAhead(raw);
		const stream = connection.streamOf(raw);
		return {
			stream,
			stderr: raw.stderr,
			ended,
			process: parseStat(stat),
			begin: (script) => void stream.write(`${asOneLine(script)}\n`),
		};
	} catch (error) {
		raw.close();
		raw.resume();
		raw.stderr.resume();
		throw error;
	}
}

function parseStat(stat: string): SessionProcess | null {
	const [, pid, rest] = /^(\d+) \(.*\) (.*)/.exec(stat) ?? [];
	if (rest === undefined) return null;
	// The third field of the line is the first of these.
	const fields = rest.split(' ').map(Number);
	const [, parent = 0, group = 0] = fields;
	return { pid: Number(pid), parent, group, start: fields[19] ?? 0 };
}

function endOf(connection: Connection, raw: ClientChannel): Session['ended'] {
	return new Promise((resolve) => {
		let code: number | null = null;
		let signal: string | null = null;
		raw.once('exit', (exitCode: number | null, signalName?: string) => {
			code = exitCode;
			signal = signalName ?? null;
		});
		const stopListening = connection.onEnd(() => resolve({ code: null, signal: null }));
		raw.once('close', () => {
			stopListening();
			resolve({ code, signal });
		});
	});
}

function bothReady(connection: Connection, raw: ClientChannel): Promise<[string, string]> {
	const stdout = skipNoise(raw, READY_STDOUT);
	const stderr = skipNoise(raw.stderr, READY_STDERR);
	const closed = new Promise<never>((_, reject) => {
		const stopListening = connection.onEnd(reject);
		raw.once('close', () => {
			stopListening();
			const said = `${stdout.noise()}\n${stderr.noise()}`.trim().split('\n').at(-1);
			reject(notReady(connection, said || 'it ended at once'));
		});
	});
	return Promise.race([Promise.all([stdout.found, stderr.found]), closed]);
}

/** Reads up to the end of our own line, and leaves what comes after it to be read. */
function skipNoise(readable: Readable, line: RegExp): { found: Promise<string>; noise(): string } {
	let noise = '';
	const found = new Promise<string>((resolve) => {
		const read = (chunk: Buffer) => {
			noise += chunk.toString('latin1');
			const match = line.exec(noise);
			if (match === null) {
				noise = noise.slice(-NOISE_KEPT);
				return;
			}
			readable.off('data', read);
			readable.pause();
			const rest = Buffer.from(noise.slice(match.index + match[0].length), 'latin1');
			if (rest.length > 0) readable.unshift(rest);
			resolve(match[1] ?? '');
		};
		readable.on('data', read);
	});
	return { found, noise: () => Buffer.from(noise, 'latin1').toString() };
}

function notReady(connection: Connection, reason: string): ProcdeckError {
	return new ProcdeckError(
		'unreachable',
		`${connection.name}: the login shell does not run commands: ${reason}`,
		`Try: ssh ${connection.name} true. The user needs a shell such as bash, and start-up files that end.`,
	);
}
