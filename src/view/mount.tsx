import { render } from 'ink';
import { App, type SuspendTerminal } from './app.tsx';
import type { Controller } from './controller.ts';

export interface Mounted {
	/** Gives the screen back as it was. */
	unmount(): Promise<void>;
	/** Leaves the terminal to `use`, as it was before the console, and draws again after it. */
	suspend(use: () => Promise<void>): Promise<void>;
	/** Rejects when drawing has failed; otherwise stays open until `unmount`. */
	readonly ended: Promise<never>;
}

/** Draws on the alternate screen of this process's terminal until it is unmounted. */
export function mount(controller: Controller): Mounted {
	const terminal = Promise.withResolvers<SuspendTerminal>();
	const instance = render(<App controller={controller} onTerminal={terminal.resolve} />, {
		alternateScreen: true,
		incrementalRendering: true,
		maxFps: 60,
		interactive: true,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	const exited = instance.waitUntilExit();
	return {
		async unmount() {
			// A multiplexer that grew meanwhile lets rows of a screen that is left into the one below: leave a blank one.
			instance.rerender(null);
			instance.unmount();
			await exited;
		},
		async suspend(use) {
			await (await terminal.promise)(use);
		},
		ended: new Promise((_, reject) => {
			exited.catch(reject);
		}),
	};
}
