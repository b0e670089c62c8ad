import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Controller, ScreenSize } from '../view/controller.ts';
import { CLEAR_SCREEN, ENTER_SCREEN, firstFrame, LEAVE_SCREEN } from '../view/first-frame.ts';
import type { Mounted } from '../view/mount.tsx';
import { printable } from '../view/presentation/row.ts';
import type { Theme } from '../view/theme.ts';

/** Why a screen ended: the user left, a signal ended it, or the terminal went away. */
export type ScreenEnd = 'left' | 'signal' | 'gone';

/** Something to be drawn until it is over. */
export interface Show {
	readonly controller: Controller;
	/** Resolves when the user has left. */
	readonly left: Promise<unknown>;
	stop(): void;
}

/** The terminal while the console has it. */
export interface Screen {
	readonly theme: Theme;
	/** Draws until the user leaves, a signal comes or the terminal goes away. */
	run(show: Show): Promise<ScreenEnd>;
	/**
	 * Gives the terminal to `use` while the console is drawn, and takes it back after it.
	 * @param use is told when the console ends meanwhile; returns what is said before a key is waited for, or null where
	 *   there is nothing to be read
	 */
	handOver(use: (over: AbortSignal) => Promise<string | null>): Promise<void>;
	/** Gives the terminal back as it was; does nothing the second time. */
	leave(): void;
}

function ignore(): void {}

export function screenSize(): ScreenSize {
	const { columns, rows } = process.stdout;
	return { columns: columns || 80, rows: rows || 24 };
}

/** Resolves when the terminal is gone (it hung up, or reading or writing failed) or the process is asked to end. */
function ending(over: AbortSignal, isLent: () => boolean): Promise<ScreenEnd> {
	return new Promise((resolve) => {
		const gone = () => resolve('gone');
		// The terminal sends Ctrl-C to everybody on it; it is meant for who has the terminal.
		const signalled = (signal: NodeJS.Signals) => {
			if (signal !== 'SIGINT' || !isLent()) resolve('signal');
		};
		const { stdin, stdout, stderr } = process;
		// These stay: a write that was under way can still fail after the end.
		for (const stream of [stdin, stdout, stderr]) stream.on('error', gone);
		stdin.on('end', gone);
		process.on('SIGHUP', gone);
		for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, signalled);
		over.addEventListener('abort', () => {
			stdin.off('end', gone);
			process.off('SIGHUP', gone);
			for (const name of ['SIGTERM', 'SIGINT'] as const) process.off(name, signalled);
		});
	});
}

/** Leaves the keys to somebody else: as long as a read is under way, the next key would be ours. */
async function stopReading(): Promise<void> {
	const { stdin } = process;
	// That nobody listens any more, a stream notices a turn later; and it stops reading only when it stops flowing.
	await setImmediate();
	stdin.resume();
	await setImmediate();
	stdin.pause();
	await setImmediate();
}

async function anyKey(words: string): Promise<void> {
	const { stdin, stdout } = process;
	stdout.write(`\r\n[${printable(words)}; any key goes back to the console] `);
	stdin.setRawMode(true);
	stdin.ref();
	await once(stdin, 'readable');
	stdin.read();
	stdout.write('\r\n');
}

/** Takes the terminal and paints a first plain frame, which is there before the rest of the console is loaded. */
export function enterScreen(title: string, theme: Theme): Screen {
	const over = new AbortController();
	let lent: AbortController | null = null;
	let mounted: Mounted | null = null;
	const ended = ending(over.signal, () => lent !== null);
	let painted = true;
	process.stdin.setRawMode(true);
	process.stdout.write(firstFrame(title, screenSize().columns, theme));
	return {
		theme,
		async run({ controller, left, stop }) {
			try {
				const { mount } = await import('../view/mount.tsx');
				// Ink draws onto a screen that it takes for blank, and gives it back at its end.
				if (painted) process.stdout.write(CLEAR_SCREEN);
				painted = false;
				mounted = mount(controller);
				const end = await Promise.race([left.then((): ScreenEnd => 'left'), ended, mounted.ended]);
				lent?.abort();
				// A terminal that is gone takes no more writes, and Ink would wait for them.
				if (end !== 'gone') await mounted.unmount();
				return end;
			} finally {
				mounted = null;
				stop();
			}
		},
		async handOver(use) {
			if (mounted === null || lent !== null) return;
			lent = new AbortController();
			const { signal } = lent;
			// Ctrl-\\ too is meant for who has the terminal.
			process.on('SIGQUIT', ignore);
			await mounted.suspend(async () => {
				await stopReading();
				const words = await use(signal);
				if (!signal.aborted && words !== null) await anyKey(words);
				// Ink draws from where the cursor is, which on the other screen was anywhere.
				process.stdout.write(ENTER_SCREEN + CLEAR_SCREEN);
			});
			process.off('SIGQUIT', ignore);
			lent = null;
		},
		leave() {
			if (over.signal.aborted) return;
			over.abort();
			if (painted) process.stdout.write(LEAVE_SCREEN);
			process.stdin.setRawMode(false);
			process.stdin.pause();
		},
	};
}
