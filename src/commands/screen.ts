import type { Controller, ScreenSize } from '../view/controller.ts';
import { CLEAR_SCREEN, firstFrame, LEAVE_SCREEN } from '../view/first-frame.ts';
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
	/** Gives the terminal back as it was; does nothing the second time. */
	leave(): void;
}

export function screenSize(): ScreenSize {
	const { columns, rows } = process.stdout;
	return { columns: columns || 80, rows: rows || 24 };
}

/** Resolves when the terminal is gone (it hung up, or reading or writing failed) or the process is asked to end. */
function ending(over: AbortSignal): Promise<ScreenEnd> {
	return new Promise((resolve) => {
		const gone = () => resolve('gone');
		const signalled = () => resolve('signal');
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

/** Takes the terminal and paints a first plain frame, which is there before the rest of the console is loaded. */
export function enterScreen(title: string, theme: Theme): Screen {
	const over = new AbortController();
	const ended = ending(over.signal);
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
				const mounted = mount(controller);
				const end = await Promise.race([left.then((): ScreenEnd => 'left'), ended, mounted.ended]);
				// A terminal that is gone takes no more writes, and Ink would wait for them.
				if (end !== 'gone') await mounted.unmount();
				return end;
			} finally {
				stop();
			}
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
