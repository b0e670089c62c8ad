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

/** A way to a machine: runs commands and puts files there. */
export interface Link {
	/** Never rejects for what the command does: that is in the result. */
	run(command: readonly [string, ...string[]], options: RunOptions): Promise<CommandResult>;
	/**
	 * Replaces a file as a whole, so that a reader sees the old or the new one; makes its folders.
	 * @param mode permission bits, such as 0o644
	 * @throws ProcdeckError `refused` when the file cannot be written.
	 */
	put(path: string, content: string, mode: number): Promise<void>;
}
