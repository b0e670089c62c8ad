import type { Duplex } from 'node:stream';
import type { ProcdeckError } from '../model/errors.ts';

/** A program and its arguments, each meant literally. */
export type Command = readonly [file: string, ...args: string[]];

/** What became of a command. */
export interface CommandResult {
	/** null: it did not end by itself (a signal, a timeout) or could not be started. */
	readonly exitCode: number | null;
	readonly stdout: string;
	/** Where the command could not be started: why. */
	readonly stderr: string;
}

export interface RunOptions {
	/** What the command reads from its stdin; nothing by default. */
	readonly input?: string;
	/** Milliseconds after which the command is ended. */
	readonly timeoutMs: number;
}

/** A command that runs. Its output has to be read to its end. */
export interface RunningCommand {
	/** What it writes to stdout and stderr, as it comes; a reader that is slow makes it wait. */
	readonly output: AsyncIterable<Uint8Array>;
	/** Never rejects. Both null: it could not be started, and `output` says why. */
	readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
	/** Does nothing once it has ended. */
	kill(signal: 'SIGINT' | 'SIGTERM'): void;
}

/** A command that runs at the other end of a link until it ends or is closed. */
export interface Channel {
	/**
	 * Written to: its stdin. Read from: its stdout, which ends with the command.
	 * When the link is lost it is destroyed with an error.
	 */
	readonly stream: Duplex;
	/**
	 * Never rejects. Resolves once its output has been read to the end, or it was closed, or the link was lost.
	 * Both null: nobody saw how, as after a close or a loss. Code 127: there is no such command, and `stderr` says so.
	 */
	readonly ended: Promise<{
		readonly code: number | null;
		readonly signal: string | null;
		/** The last of what it wrote to stderr. */
		readonly stderr: string;
	}>;
	/** Ends it. Does nothing once it has ended. */
	close(): void;
}

/** A way to a machine, as one user there: runs commands and puts files. It does not come back once it is lost. */
export interface Link {
	/**
	 * Never rejects for what the command does: that is in the result.
	 * @throws ProcdeckError `unreachable` when the link is lost before it has ended; `limit` when the machine allows no
	 * session to run it in.
	 */
	run(command: Command, options: RunOptions): Promise<CommandResult>;
	/**
	 * Starts a command that goes on for long. It ends with the link, however that ends.
	 * @throws ProcdeckError `unreachable` when the link is lost; `limit` when the machine allows no more of them.
	 */
	open(command: Command): Promise<Channel>;
	/**
	 * Replaces a file as a whole, so that a reader sees the old or the new one; makes its folders.
	 * @param mode permission bits, such as 0o644
	 * @throws ProcdeckError `refused` when the file cannot be written, `unreachable` when the link is lost.
	 */
	put(path: string, content: string, mode: number): Promise<void>;
	/**
	 * A TCP connection from that machine.
	 * @throws Error when nothing listens there, or the machine does not allow it
	 */
	connect(host: string, port: number): Promise<Duplex>;
	/** When something last came from the machine, in milliseconds since the epoch: up to then it was surely there. */
	readonly heardAt: number;
	/** Resolves with the reason when the link is lost; never when it was closed from here. */
	readonly lost: Promise<ProcdeckError>;
	close(): Promise<void>;
}
