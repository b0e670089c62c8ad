import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import type { CommandLine } from './tools.ts';

export interface TerminalOptions {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	readonly columns?: number;
	readonly rows?: number;
}

/** A program in a terminal, with the moments at which its screen came to show something. */
export interface Terminal {
	readonly pid: number;
	readonly startedAt: number;
	screen(): string;
	/** How many bytes the program has written so far. */
	written(): number;
	type(keys: string): void;
	/**
	 * @returns when the bytes arrived that made the screen fit (`performance.now()`), or now where it fits already
	 * @throws Error with the screen, when it does not come to fit in time
	 */
	shows(fits: (screen: string) => boolean, deadlineMs?: number): Promise<number>;
	kill(signal: string): void;
	readonly exited: Promise<void>;
}

/** Those who wait for a screen. */
class Watchers {
	readonly #screen: () => string;
	readonly #waiting = new Set<{ fits: (screen: string) => boolean; resolve: (at: number) => void }>();

	constructor(screen: () => string) {
		this.#screen = screen;
	}

	/** The screen may have changed, by bytes that arrived at that moment. */
	look(at: number): void {
		if (this.#waiting.size === 0) return;
		const screen = this.#screen();
		for (const one of this.#waiting) {
			if (!one.fits(screen)) continue;
			this.#waiting.delete(one);
			one.resolve(at);
		}
	}

	async wait(fits: (screen: string) => boolean, deadlineMs: number): Promise<number> {
		const { promise, resolve, reject } = Promise.withResolvers<number>();
		const one = { fits, resolve };
		const tooLate = () =>
			reject(new Error(`the screen did not come to fit in ${deadlineMs / 1000} s:\n${this.#screen()}`));
		const deadline = setTimeout(tooLate, deadlineMs);
		this.#waiting.add(one);
		this.look(performance.now());
		try {
			return await promise;
		} finally {
			clearTimeout(deadline);
			this.#waiting.delete(one);
		}
	}
}

export function openTerminal([file, ...args]: CommandLine, options: TerminalOptions): Terminal {
	const { cwd, env, columns = 80, rows = 24 } = options;
	const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
	const startedAt = performance.now();
	const pty = spawn(file, args, { name: 'xterm-256color', cols: columns, rows, cwd, env: { ...env } });
	const screen = () => screenOf(emulator);
	const watchers = new Watchers(screen);
	let written = 0;
	pty.onData((data) => {
		const at = performance.now();
		written += Buffer.byteLength(data);
		emulator.write(data, () => watchers.look(at));
	});
	// Answers to what the program asks its terminal.
	emulator.onData((answer) => pty.write(answer));
	return {
		pid: pty.pid,
		startedAt,
		screen,
		written: () => written,
		type: (keys) => pty.write(keys),
		shows: (fits, deadlineMs = 30_000) => watchers.wait(fits, deadlineMs),
		kill: (signal) => pty.kill(signal),
		exited: new Promise((resolve) => {
			pty.onExit(() => resolve());
		}),
	};
}

function screenOf({ buffer: { active }, rows }: xterm.Terminal): string {
	const lines = Array.from({ length: rows }, (_, row) =>
		active.getLine(active.viewportY + row)?.translateToString(true),
	);
	return lines.join('\n');
}
