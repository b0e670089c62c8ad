import type { Controller, ScreenSize } from '../view/controller.ts';
import { firstFrame, withoutFrame } from '../view/first-frame.ts';
import type { Mounted } from '../view/mount.tsx';
import type { Theme } from '../view/theme.ts';

/** Why a screen ended: the user left, or the terminal or a signal ended it. */
export type ScreenEnd = 'left' | 'gone';

export interface Screen {
	readonly controller: Controller;
	/** Resolves when the user has left. */
	readonly left: Promise<unknown>;
	stop(): void;
}

export function screenSize(): ScreenSize {
	const { columns, rows } = process.stdout;
	return { columns: columns || 80, rows: rows || 24 };
}

/** Resolves when the terminal is gone (it hung up, or reading or writing failed) or the process is to end. */
function terminalGone(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const gone = () => resolve();
		const { stdin, stdout, stderr } = process;
		// These stay: a write that was under way can still fail after the end.
		for (const stream of [stdin, stdout, stderr]) stream.on('error', gone);
		stdin.on('end', gone);
		const signals = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;
		for (const name of signals) process.on(name, gone);
		signal.addEventListener('abort', () => {
			stdin.off('end', gone);
			for (const name of signals) process.off(name, gone);
		});
	});
}

/**
 * Shows a screen of the console from the first plain frame on, which is there before the rest is loaded, until it ends;
 * then the terminal is as it was.
 */
export async function onScreen(
	first: { readonly title: string; readonly environment: string; readonly theme: Theme },
	start: () => Screen,
): Promise<ScreenEnd> {
	const over = new AbortController();
	const gone = terminalGone(over.signal);
	process.stdin.setRawMode(true);
	process.stdout.write(firstFrame(first.title, first.environment, screenSize().columns, first.theme));
	const screen = start();
	let mounted: Mounted | null = null;
	try {
		const { mount } = await import('../view/mount.tsx');
		mounted = mount(screen.controller);
		return await Promise.race([
			screen.left.then((): ScreenEnd => 'left'),
			gone.then((): ScreenEnd => 'gone'),
			mounted.ended.then((): ScreenEnd => 'gone'),
		]);
	} finally {
		screen.stop();
		if (mounted === null) process.stdout.write(withoutFrame());
		else await mounted.unmount().catch(() => {});
		process.stdin.setRawMode(false);
		process.stdin.pause();
		over.abort();
	}
}
