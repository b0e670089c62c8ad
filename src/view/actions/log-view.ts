import type { LogWindow } from '../../store/log-window.ts';
import { logLineText, matcher } from '../log-text.ts';
import {
	isOnAll,
	MOST_FOLLOWED,
	meansInstance,
	selectedCell,
	selectedInstance,
	selectedType,
} from '../selection.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
import type { LogView, UiState } from '../ui.ts';

function withLogs(ui: UiState, logs: Partial<LogView>): UiState {
	return { ...ui, logs: { ...ui.logs, ...logs } };
}

/** The lines on the screen: those of the pause, or the present ones. */
export function shownWindow({ model, ui }: Context): LogWindow {
	return ui.logs.paused ?? model.log;
}

/** The log of what the cursor is on, full screen; the type's on all servers where the cursor is on a type and they are few. */
export function openLogs({ model, ui }: Context): Step {
	const cell = selectedCell(model, ui);
	const instance = meansInstance(ui) ? selectedInstance(model, ui) : null;
	const samePlace = ui.page === 'deck' && ui.pane === 'logs';
	const { length } = model.state.servers;
	const isTooMany = length > MOST_FOLLOWED && !isOnAll(model, ui);
	const alone = instance !== null || samePlace || length === 1 || isTooMany;
	const scope = {
		server: alone ? (cell?.server.name ?? null) : null,
		type: selectedType(model, ui),
		index: instance?.index ?? null,
	};
	const anew = samePlace ? {} : { paused: null, search: '' };
	return show(withLogs({ ...ui, page: 'logs' }, { scope, ...anew, left: 0 }));
}

function freeze({ model, ui }: Context): LogView {
	if (ui.logs.paused !== null) return ui.logs;
	return { ...ui.logs, paused: model.log, pausedAt: model.state.now, bottom: model.log.length - 1 };
}

export function followEnd({ ui }: Context): Step {
	return show(withLogs(ui, { paused: null }));
}

export function togglePause(context: Context): Step {
	if (context.ui.logs.paused !== null) return followEnd(context);
	return show(withLogs(context.ui, freeze(context)));
}

/** The index of the line that is `count` shown lines from `from` on. */
function stepLines(window: LogWindow, logs: LogView, from: number, by: number): number {
	const passes = matcher(logs.filter);
	let reached = from;
	let left = Math.abs(by);
	window.walk(from + Math.sign(by), by < 0 ? -1 : 1, (line, index) => {
		if (passes === null || passes(logLineText(line.text))) {
			reached = index;
			left -= 1;
		}
		return left > 0;
	});
	return reached;
}

/** Scrolls by shown lines. Going up pauses; going below the last line follows again. */
export function scrollLines(context: Context, by: number): Step {
	if (by > 0 && context.ui.logs.paused === null) return show(context.ui);
	const logs = freeze(context);
	const window = logs.paused ?? context.model.log;
	const bottom = stepLines(window, logs, logs.bottom, by);
	if (by > 0 && bottom === logs.bottom) return say(context.ui, 'the end of the pause; G follows');
	return show(withLogs(context.ui, { ...logs, bottom }));
}

export function scrollPages(context: Context, by: number): Step {
	return scrollLines(context, by * Math.max(1, context.height - 6));
}

export function scrollToTop(context: Context): Step {
	const logs = freeze(context);
	const window = logs.paused ?? context.model.log;
	const top = stepLines(window, logs, -1, 1);
	const bottom = stepLines(window, logs, top, Math.max(1, context.height - 6));
	return show(withLogs(context.ui, { ...logs, bottom }));
}

export function scrollSideways({ ui }: Context, by: number): Step {
	if (ui.logs.wrap) return say(ui, 'lines are wrapped; z ends that');
	return show(withLogs(ui, { left: Math.max(0, ui.logs.left + by) }));
}

/** The next line that has the search in it, upwards or downwards, as the lowest on the screen. */
export function findMatch(context: Context, step: 1 | -1): Step {
	const { ui } = context;
	const found = matcher(ui.logs.search);
	if (found === null) return say(ui, 'nothing to search for; / types it');
	const passes = matcher(ui.logs.filter);
	const logs = freeze(context);
	const window = logs.paused ?? context.model.log;
	let bottom: number | null = null;
	window.walk(logs.bottom + step, step, (line, index) => {
		const text = logLineText(line.text);
		if (found(text) && (passes === null || passes(text))) bottom = index;
		return bottom === null;
	});
	if (bottom === null) return say(ui, `no ${step < 0 ? 'earlier' : 'later'} line has ${ui.logs.search}`);
	return show(withLogs(ui, { ...logs, bottom }));
}

/** Goes through: all instances of the type, each of them alone, every type, and round again. */
export function nextScope({ model, ui }: Context): Step {
	// A pause holds the lines of what it was made on, and nothing but Space and G ends it.
	if (ui.logs.paused !== null) return say(ui, 'paused; G follows again, then i');
	const { scope } = ui.logs;
	const type = scope.type ?? selectedType(model, ui);
	const indexes = new Set<number>();
	for (const { name, observation } of model.state.servers) {
		if (scope.server !== null && scope.server !== name) continue;
		for (const instance of observation?.instances ?? [])
			if (instance.type === type) indexes.add(instance.index);
	}
	const choices = [
		{ type, index: null },
		...[...indexes].sort((a, b) => a - b).map((index) => ({ type, index })),
		{ type: null, index: null },
	];
	const position = choices.findIndex((choice) => choice.type === scope.type && choice.index === scope.index);
	const next = choices[(position + 1) % choices.length] ?? { type, index: null };
	return show(withLogs(ui, { scope: { ...scope, ...next }, left: 0 }));
}

export function toggleTime({ ui }: Context): Step {
	return show(withLogs(ui, { time: !ui.logs.time }));
}

export function toggleWrap({ ui }: Context): Step {
	return show(withLogs(ui, { wrap: !ui.logs.wrap, left: 0 }));
}

/** Writes the lines that pass the filter, without escapes, into a new file. */
export function saveLines(context: Context, path: string): Step {
	const passes = matcher(context.ui.logs.filter);
	const lines: string[] = [];
	shownWindow(context).walk(0, 1, (line) => {
		const text = logLineText(line.text);
		if (passes === null || passes(text)) {
			lines.push(`${new Date(line.at).toISOString()} ${line.server} ${line.instance} ${text}`);
		}
		return true;
	});
	return ask(context.ui, { kind: 'save-log', path, lines });
}
