import type { ConsoleState } from '../store/console-store.ts';
import type { LogWindow } from '../store/log-buffer.ts';
import type { Glyphs } from './presentation/glyphs.ts';

/** All that is shown, apart from what the view itself remembers. */
export interface Model {
	readonly state: ConsoleState;
	readonly log: LogWindow;
	readonly glyphs: Glyphs;
	/** Whether an app's own colours in its log lines are shown. */
	readonly appColours: boolean;
}
