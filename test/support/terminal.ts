import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { BINARY } from './binary.ts';
import { waitFor } from './wait-for.ts';

export interface TerminalSize {
	readonly columns: number;
	readonly rows: number;
}

export interface TerminalOptions extends Partial<TerminalSize> {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
}

/** The real binary in a real terminal. */
export interface Terminal {
	readonly pid: number;
	/** What can be seen, a line each, ends trimmed. */
	screen(): string;
	/** Keys by name (`Enter`, `Escape`, `Tab`, `Up`, `Down`, `Left`, `Right`, `Ctrl-C`) or as typed text. */
	press(...keys: string[]): void;
	/** Waits until the screen matches; a failure shows the screen. */
	waitForText(pattern: RegExp | string): Promise<string>;
	resize(size: TerminalSize): void;
	/** Ends the program with a signal. */
	kill(signal?: string): void;
	/** The terminal goes away, as when its window is closed. */
	hangUp(): void;
	/** The code that the program ended with. */
	exited(): Promise<number>;
	/** The emulator, for its cells and cursor. */
	readonly emulator: xterm.Terminal;
}

const KEYS: Readonly<Record<string, string>> = {
	Enter: '\r',
	Escape: '\u001b',
	Tab: '\t',
	Up: '\u001b[A',
	Down: '\u001b[B',
	Right: '\u001b[C',
	Left: '\u001b[D',
	'Ctrl-C': '\u0003',
};

function screenOf({ buffer }: xterm.Terminal, rows: number): string {
	const { active } = buffer;
	const lines = Array.from({ length: rows }, (_, row) =>
		active.getLine(active.viewportY + row)?.translateToString(true),
	);
	return lines.join('\n');
}

function connect(pty: IPty, emulator: xterm.Terminal): Promise<number> {
	pty.onData((data) => emulator.write(data));
	// Answers to what the program asks its terminal.
	emulator.onData((data) => pty.write(data));
	return new Promise((resolve) => {
		// What came last is still on its way into the emulator.
		pty.onExit(({ exitCode }) => emulator.write('', () => resolve(exitCode)));
	});
}

export function terminal(args: readonly string[], options: TerminalOptions): Terminal {
	const { columns = 80, rows = 24, cwd, env } = options;
	const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
	const pty = spawn(process.execPath, [BINARY, ...args], {
		name: env.TERM ?? 'xterm-256color',
		cols: columns,
		rows,
		cwd,
		env: { ...env },
	});
	const exit = connect(pty, emulator);
	const screen = () => screenOf(emulator, emulator.rows);
	return {
		pid: pty.pid,
		emulator,
		screen,
		press: (...keys) => {
			for (const key of keys) pty.write(KEYS[key] ?? key);
		},
		waitForText: async (pattern) => {
			const matches = () =>
				typeof pattern === 'string' ? screen().includes(pattern) : pattern.test(screen());
			try {
				await waitFor(matches, String(pattern));
			} catch (error) {
				throw new Error(`${String(pattern)} did not come; the screen is\n${screen()}`, { cause: error });
			}
			return screen();
		},
		resize: ({ columns: newColumns, rows: newRows }) => {
			emulator.resize(newColumns, newRows);
			pty.resize(newColumns, newRows);
		},
		kill: (signal = 'SIGTERM') => pty.kill(signal),
		hangUp: () => (pty as IPty & { destroy(): void }).destroy(),
		exited: () => exit,
	};
}
