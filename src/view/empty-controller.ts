import type { Controller, ScreenSize } from './controller.ts';
import { type EmptyState, emptyStateRows } from './presentation/empty-state.ts';
import type { Glyphs } from './presentation/glyphs.ts';
import { paint, type Theme } from './theme.ts';

export interface EmptyController extends Controller {
	update(changed: Partial<EmptyState>): void;
}

/** The screen of a folder without a Procfile. */
export function createEmptyController(options: {
	readonly state: EmptyState;
	readonly glyphs: Glyphs;
	readonly theme: Theme;
	readonly size: ScreenSize;
	readonly onCreate: () => void;
	readonly onQuit: () => void;
}): EmptyController {
	const listeners = new Set<() => void>();
	let { state, size } = options;
	let lines: readonly string[] | null = null;
	const publish = () => {
		lines = null;
		for (const listener of listeners) listener();
	};
	return {
		lines() {
			const { glyphs, theme } = options;
			lines ??= emptyStateRows(state, glyphs, size.columns, size.rows).map((row) => paint(row, theme));
			return lines;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		press(keys) {
			for (const key of keys) {
				if (key === 'q' || key === 'ctrl-c' || key === 'escape') options.onQuit();
				if (key === 'c' && state.guess !== null) options.onCreate();
			}
		},
		paste() {},
		resize(changed) {
			size = changed;
			publish();
		},
		stop() {
			listeners.clear();
		},
		update(changed) {
			state = { ...state, ...changed };
			publish();
		},
	};
}
