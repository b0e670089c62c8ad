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
	/** Bytes that it has written. */
	readonly written: number;
	screen(): string;
	type(keys: string): void;
	/**
	 * @returns when the bytes arrived that made the screen fit (`performance.now()`), or now where it fits already
	 * @throws Error with the screen, when it does not come to fit in time
	 */
	shows(fits: (screen: string) => boolean, deadlineMs?: number): Promise<number>;
	kill(signal: string): void;
	readonly exited: Promise<void>;
}

interface Waiting {
	readonly fits: (screen: string) => boolean;
	readonly resolve: (at: number) => void;
}

export function openTerminal([file, ...args]: CommandLine, options: TerminalOptions): Terminal {
	const { cwd, env, columns = 80, rows = 24 } = options;
	const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
	const startedAt = performance.now();
	const pty = spawn(file, args, { name: 'xterm-256color', cols: columns, rows, cwd, env: { ...env } });
	const waiting = new Set<Waiting>();
	let written = 0;
	const screen = () => screenOf(emulator);
	const look = (at: number) => {
		if (waiting.size === 0) return;
		const text = screen();
		for (const one of waiting) {
			if (!one.fits(text)) continue;
			waiting.delete(one);
			one.resolve(at);
		}
	};
	pty.onData((data) => {
		const at = performance.now();
		written += Buffer.byteLength(data);
		emulator.write(data, () => look(at));
	});
	emulator.onData((answer) => pty.write(answer));
	const exited = new Promise<void>((resolve) => {
		pty.onExit(() => resolve());
	});
	const shows: Terminal['shows'] = (fits, deadlineMs = 30_000) => {
		const { promise, resolve, reject } = Promise.withResolvers<number>();
		const one = { fits, resolve };
		waiting.add(one);
		const deadline = setTimeout(
			() => reject(new Error(`the screen did not come to fit in ${deadlineMs / 1000} s:\n${screen()}`)),
			deadlineMs,
		);
		look(performance.now());
		return promise.finally(() => {
			clearTimeout(deadline);
			waiting.delete(one);
		});
	};
	return {
		pid: pty.pid,
		startedAt,
		get written() {
			return written;
		},
		screen,
		type: (keys) => pty.write(keys),
		shows,
		kill: (signal) => pty.kill(signal),
		exited,
	};
}

function screenOf({ buffer: { active }, rows }: xterm.Terminal): string {
	const lines = Array.from({ length: rows }, (_, row) =>
		active.getLine(active.viewportY + row)?.translateToString(true),
	);
	return lines.join('\n');
}
