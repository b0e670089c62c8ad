import type { ConsoleStore } from '../store/console-store.ts';
import type { Intent } from '../store/intent.ts';
import type { LogBuffer } from '../store/log-buffer.ts';
import type { Tick } from '../store/tick.ts';
import { pasteText, typeKey } from './actions/prompts.ts';
import { press } from './keymap.ts';
import type { Model } from './model.ts';
import { frame } from './presentation/frame.ts';
import type { Glyphs } from './presentation/glyphs.ts';
import { isTooSmall } from './presentation/too-small.ts';
import { logSources } from './selection.ts';
import type { Context, Step } from './steps.ts';
import { paint, type Theme } from './theme.ts';
import { FIRST_UI, type UiState } from './ui.ts';

export interface ScreenSize {
	readonly columns: number;
	readonly rows: number;
}

/** Keys in, painted lines out: everything of the view that is not React. */
export interface Controller {
	/** The painted lines of the screen; the same array while nothing changed. */
	readonly lines: () => readonly string[];
	readonly subscribe: (listener: () => void) => () => void;
	press(keys: readonly string[]): void;
	paste(text: string): void;
	resize(size: ScreenSize): void;
	stop(): void;
}

export interface ControllerOptions {
	readonly store: ConsoleStore;
	readonly logs: LogBuffer;
	readonly tick: Tick;
	readonly dispatch: (intent: Intent) => void;
	readonly glyphs: Glyphs;
	readonly theme: Theme;
	readonly size: ScreenSize;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
	return one.length === other.length && one.every((line, position) => line === other[position]);
}

/** State that changes faster than this is painted together; keys do not wait. */
const FRAME_MS = 33;

export function createController(options: ControllerOptions): Controller {
	const { store, logs, tick, dispatch, glyphs, theme } = options;
	const listeners = new Set<() => void>();
	let ui: UiState = FIRST_UI;
	let { size } = options;
	let lines: readonly string[] = [];
	let outdated = true;
	let timer: NodeJS.Timeout | null = null;
	let publishedAt = 0;
	let watched = '';

	const model = (): Model => ({
		state: store.getState(),
		log: logs.window(),
		glyphs,
		appColours: theme.appColours,
	});
	const context = (): Context => ({ model: model(), ui, height: size.rows });
	const watchLogs = () => {
		const sources = logSources(model(), ui);
		const key = JSON.stringify(sources);
		if (key === watched) return;
		watched = key;
		dispatch({ kind: 'watch-logs', sources });
	};
	const publish = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		publishedAt = performance.now();
		outdated = true;
		for (const listener of listeners) listener();
	};
	const publishSoon = () => {
		watchLogs();
		const wait = Math.max(0, publishedAt + FRAME_MS - performance.now());
		timer ??= setTimeout(publish, wait);
	};
	const take = (step: Step) => {
		ui = step.ui;
		for (const intent of step.intents) dispatch(intent);
	};
	const pressOne = (key: string) => {
		const tooSmall = isTooSmall(size.columns, size.rows);
		if (tooSmall && key !== 'q' && key !== 'ctrl-c') return;
		if (tooSmall) dispatch({ kind: 'quit' });
		else take(ui.prompt === null ? press(context(), key) : typeKey(context(), key));
	};
	const unsubscribes = [store.subscribe(publishSoon), tick.subscribe(publishSoon)];
	watchLogs();
	return {
		lines() {
			if (!outdated) return lines;
			outdated = false;
			const painted = frame(model(), ui, size.columns, size.rows).map((row) => paint(row, theme));
			// The same array means to React that there is nothing to draw: an idle screen costs nothing.
			if (!isSame(painted, lines)) lines = painted;
			return lines;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		press(keys) {
			for (const key of keys) pressOne(key);
			watchLogs();
			publish();
		},
		paste(text) {
			if (isTooSmall(size.columns, size.rows)) return;
			take(pasteText(context(), text));
			publish();
		},
		resize(changed) {
			size = changed;
			publish();
		},
		stop() {
			if (timer !== null) clearTimeout(timer);
			for (const unsubscribe of unsubscribes) unsubscribe();
			listeners.clear();
		},
	};
}
