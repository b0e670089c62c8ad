import {
	openMove,
	pauseOrResume,
	READ_ONLY,
	restart,
	scaleBy,
	stopOrStart,
	undoLast,
	whyNoChange,
	whyNoMove,
} from './actions/change.ts';
import * as logView from './actions/log-view.ts';
import * as navigate from './actions/navigate.ts';
import { promptFor, promptForSave } from './actions/prompts.ts';
import * as sheets from './actions/sheets.ts';
import { ask, type Context, type Step, say, show } from './steps.ts';
import type { UiState } from './ui.ts';

/** Where a key works: a pane of the deck, a page, or the sheet that is open. */
export type Place = 'formation' | 'instances' | 'log-pane' | 'logs' | 'crash' | 'plan' | 'move' | 'help';

export interface Binding {
	readonly keys: readonly string[];
	readonly places: readonly Place[];
	/** The line in the help, keys first; null: the line of a key before this speaks for both. */
	readonly help: readonly [keys: string, words: string] | null;
	/** The words in the footer, key first; null: not in the footer. */
	readonly footer: readonly [key: string, word: string] | null;
	/** Whether it changes what runs or how it is looked at. */
	readonly group: 'look' | 'change';
	/** Why it does nothing now, or null. */
	readonly blocked?: (context: Context) => string | null;
	readonly press: (context: Context) => Step;
}

const PANES: readonly Place[] = ['formation', 'instances', 'log-pane'];
const CELL: readonly Place[] = ['formation', 'instances'];
const INSTANCE: readonly Place[] = ['formation', 'instances', 'crash'];
const PAGES: readonly Place[] = ['formation', 'instances', 'log-pane', 'logs', 'crash'];
const LOGS: readonly Place[] = ['log-pane', 'logs'];

function readOnly({ model }: Context): string | null {
	return model.state.readOnly ? READ_ONLY : null;
}

/** Every key of the console, once. Footer, help, key handling and tests read this table and nothing else. */
export const KEYMAP: readonly Binding[] = [
	{
		keys: ['+'],
		places: INSTANCE,
		help: ['+/-', 'one more, one fewer'],
		footer: ['+/-', 'scale'],
		group: 'change',
		blocked: whyNoChange,
		press: (context) => scaleBy(context, 1),
	},
	{
		keys: ['-'],
		places: INSTANCE,
		help: null,
		footer: null,
		group: 'change',
		blocked: whyNoChange,
		press: (context) => scaleBy(context, -1),
	},
	{
		keys: ['='],
		places: CELL,
		help: ['=', 'type how many'],
		footer: ['=', 'set'],
		group: 'change',
		blocked: whyNoChange,
		press: promptFor('count'),
	},
	{
		keys: ['r'],
		places: INSTANCE,
		help: ['r', 'restart, retry now'],
		footer: ['r', 'restart'],
		group: 'change',
		blocked: whyNoChange,
		press: restart,
	},
	{
		keys: ['s'],
		places: INSTANCE,
		help: ['s p', 'stop, pause; again: back'],
		footer: ['s', 'stop'],
		group: 'change',
		blocked: whyNoChange,
		press: stopOrStart,
	},
	{
		keys: ['p'],
		places: INSTANCE,
		help: null,
		footer: ['p', 'pause'],
		group: 'change',
		blocked: whyNoChange,
		press: pauseOrResume,
	},
	{
		keys: ['m'],
		places: CELL,
		help: ['m', 'move to another server'],
		footer: ['m', 'move'],
		group: 'change',
		blocked: whyNoMove,
		press: openMove,
	},
	{
		keys: ['u'],
		places: PAGES,
		help: ['u', 'undo your last change'],
		footer: null,
		group: 'change',
		blocked: readOnly,
		press: undoLast,
	},
	{
		keys: ['up', 'k'],
		places: PANES,
		help: ['arrows hjk', 'move'],
		footer: null,
		group: 'look',
		press: (context) => navigate.moveVertically(context, -1),
	},
	{
		keys: ['down', 'j'],
		places: PANES,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => navigate.moveVertically(context, 1),
	},
	{
		keys: ['left', 'h'],
		places: CELL,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => navigate.moveHorizontally(context, -1),
	},
	{
		keys: ['right'],
		places: CELL,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => navigate.moveHorizontally(context, 1),
	},
	{
		keys: ['space'],
		places: LOGS,
		help: ['Space', 'pause, again: follow'],
		footer: ['Space', 'pause'],
		group: 'look',
		press: logView.togglePause,
	},
	{
		keys: ['up', 'k'],
		places: ['logs'],
		help: ['j k', 'scroll by lines'],
		footer: null,
		group: 'look',
		press: (context) => logView.scrollLines(context, -1),
	},
	{
		keys: ['down', 'j', 'enter'],
		places: ['logs'],
		help: null,
		footer: null,
		group: 'look',
		press: (context) => logView.scrollLines(context, 1),
	},
	{
		keys: ['pageup', 'ctrl-b', 'ctrl-u'],
		places: LOGS,
		help: ['PgUp PgDn', 'scroll by pages'],
		footer: null,
		group: 'look',
		press: (context) => logView.scrollPages(context, -1),
	},
	{
		keys: ['pagedown', 'ctrl-f', 'ctrl-d'],
		places: LOGS,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => logView.scrollPages(context, 1),
	},
	{
		keys: ['g', 'home'],
		places: LOGS,
		help: ['g G', 'first line, follow'],
		footer: null,
		group: 'look',
		press: logView.scrollToTop,
	},
	{
		keys: ['G', 'end'],
		places: LOGS,
		help: null,
		footer: null,
		group: 'look',
		press: logView.followEnd,
	},
	{
		keys: ['left', 'h'],
		places: LOGS,
		help: ['left right', 'scroll sideways'],
		footer: null,
		group: 'look',
		press: (context) => logView.scrollSideways(context, -16),
	},
	{
		keys: ['right'],
		places: LOGS,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => logView.scrollSideways(context, 16),
	},
	{
		keys: ['/'],
		places: LOGS,
		help: ['/', 'search in the log'],
		footer: ['/', 'search'],
		group: 'look',
		press: promptFor('search'),
	},
	{
		keys: ['n'],
		places: LOGS,
		help: ['n N', 'next match up, down'],
		footer: null,
		group: 'look',
		press: (context) => logView.findMatch(context, -1),
	},
	{
		keys: ['N'],
		places: LOGS,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => logView.findMatch(context, 1),
	},
	{
		keys: ['f'],
		places: LOGS,
		help: ['f', 'only lines with a text'],
		footer: ['f', 'filter'],
		group: 'look',
		press: promptFor('log-filter'),
	},
	{
		keys: ['i'],
		places: ['logs'],
		help: ['i', 'next instance, all types'],
		footer: ['i', 'instance'],
		group: 'look',
		press: logView.nextScope,
	},
	{
		keys: ['t'],
		places: LOGS,
		help: ['t', 'time on, off'],
		footer: ['t', 'time'],
		group: 'look',
		press: logView.toggleTime,
	},
	{
		keys: ['z'],
		places: LOGS,
		help: ['z', 'wrap long lines'],
		footer: ['z', 'wrap'],
		group: 'look',
		press: logView.toggleWrap,
	},
	{
		keys: ['s'],
		places: LOGS,
		help: ['s', 'save to a file'],
		footer: ['s', 'save'],
		group: 'look',
		press: promptForSave,
	},
	{
		keys: ['tab'],
		places: PANES,
		help: ['Tab', 'next pane'],
		footer: null,
		group: 'look',
		press: (context) => navigate.nextPane(context, 1),
	},
	{
		keys: ['shift-tab'],
		places: PANES,
		help: null,
		footer: null,
		group: 'look',
		press: (context) => navigate.nextPane(context, -1),
	},
	{
		keys: ['l'],
		places: ['formation', 'instances', 'log-pane', 'crash'],
		help: ['l', 'logs, full screen'],
		footer: ['l', 'logs'],
		group: 'look',
		press: logView.openLogs,
	},
	{
		keys: ['enter'],
		places: PANES,
		help: ['Enter Esc', 'in, back'],
		footer: null,
		group: 'look',
		press: navigate.enter,
	},
	{
		keys: ['/'],
		places: CELL,
		help: ['/ :', 'filter, command'],
		footer: ['/', 'filter'],
		group: 'look',
		press: promptFor('types'),
	},
	{
		keys: [':'],
		places: PAGES,
		help: [':', 'type a command'],
		footer: [':', 'command'],
		group: 'look',
		press: promptFor('command'),
	},
	{
		keys: ['!'],
		places: PAGES,
		help: ['!', 'next problem'],
		footer: null,
		group: 'look',
		press: navigate.nextProblem,
	},
	{
		keys: ['escape'],
		places: PAGES,
		help: ['Esc', 'back'],
		footer: ['Esc', 'back'],
		group: 'look',
		press: navigate.back,
	},
	{
		keys: ['y'],
		places: ['plan'],
		help: ['y', 'do it'],
		footer: ['y', 'do it'],
		group: 'change',
		blocked: readOnly,
		press: sheets.runPlan,
	},
	{
		keys: ['enter'],
		places: ['plan'],
		help: ['Enter', 'take the button in > <'],
		footer: ['Enter', 'take > <'],
		group: 'change',
		press: sheets.takeButton,
	},
	{
		keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'],
		places: ['plan'],
		help: ['Tab', 'other button'],
		footer: ['Tab', 'other button'],
		group: 'look',
		press: sheets.otherButton,
	},
	{
		keys: ['escape', 'n', 'q'],
		places: ['plan', 'move'],
		help: ['Esc', 'cancel'],
		footer: ['Esc', 'cancel'],
		group: 'look',
		press: sheets.closeSheet,
	},
	{
		keys: ['up', 'k', 'shift-tab'],
		places: ['move'],
		help: ['arrows', 'choose the server'],
		footer: ['arrows', 'choose'],
		group: 'look',
		press: (context) => sheets.chooseTarget(context, -1),
	},
	{
		keys: ['down', 'j', 'tab'],
		places: ['move'],
		help: null,
		footer: null,
		group: 'look',
		press: (context) => sheets.chooseTarget(context, 1),
	},
	{
		keys: ['enter', 'y'],
		places: ['move'],
		help: ['Enter', 'move it there'],
		footer: ['Enter', 'move'],
		group: 'change',
		blocked: readOnly,
		press: sheets.runMove,
	},
	{
		keys: ['up', 'k'],
		places: ['help'],
		help: ['arrows', 'scroll help'],
		footer: null,
		group: 'look',
		press: (context) => sheets.scrollHelp(context, -1),
	},
	{
		keys: ['down', 'j', 'space', 'pagedown'],
		places: ['help'],
		help: null,
		footer: null,
		group: 'look',
		press: (context) => sheets.scrollHelp(context, 1),
	},
	{
		keys: ['escape', 'enter', 'q'],
		places: ['help'],
		help: ['Esc', 'close help'],
		footer: ['Esc', 'close'],
		group: 'look',
		press: sheets.closeSheet,
	},
	{
		keys: ['?'],
		places: [...PAGES, 'plan', 'move', 'help'],
		help: ['? q', 'help, quit (all runs on)'],
		footer: ['?', 'help'],
		group: 'look',
		press: sheets.help,
	},
	{
		keys: ['q'],
		places: PAGES,
		help: null,
		footer: ['q', 'quit'],
		group: 'look',
		press: ({ ui }) => ask(ui, { kind: 'quit' }),
	},
	{
		keys: ['ctrl-c'],
		places: [...PAGES, 'plan', 'move', 'help'],
		help: null,
		footer: null,
		group: 'look',
		press: ({ ui }) => ask(ui, { kind: 'quit' }),
	},
];

export function placeOf(ui: UiState): Place {
	if (ui.sheet !== null) return ui.sheet.kind;
	if (ui.page !== 'deck') return ui.page;
	return ui.pane === 'logs' ? 'log-pane' : ui.pane;
}

/** The keys of a place; a console that changes nothing does not offer those that change something. */
export function bindingsAt(place: Place, readOnly = false): readonly Binding[] {
	return KEYMAP.filter(({ places, group }) => places.includes(place) && !(readOnly && group === 'change'));
}

/** What a key does where the user is. A key that is blocked says why, an unknown one does nothing. */
export function press(context: Context, key: string): Step {
	const ui: UiState = context.ui.notice === null ? context.ui : { ...context.ui, notice: null };
	const binding = bindingsAt(placeOf(ui)).find(({ keys }) => keys.includes(key));
	if (binding === undefined) return show(ui);
	const reason = binding.blocked?.({ ...context, ui }) ?? null;
	return reason === null ? binding.press({ ...context, ui }) : say(ui, reason);
}
