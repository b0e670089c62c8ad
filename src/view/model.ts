import type { OutputView } from '../store/command-output.ts';
import type { ConsoleState } from '../store/console-store.ts';
import type { LogWindow } from '../store/log-window.ts';
import type { CommandTree } from './command-tree.ts';
import type { Glyphs } from './presentation/glyphs.ts';

/** All that is shown, apart from what the view itself remembers. */
export interface Model {
	readonly state: ConsoleState;
	readonly log: LogWindow;
	/** What the last verb wrote that ran beside the console; null before the first. */
	readonly output: OutputView | null;
	readonly commandTree: CommandTree;
	readonly glyphs: Glyphs;
	/** Whether an app's own colours in its log lines are shown. */
	readonly appColours: boolean;
}
