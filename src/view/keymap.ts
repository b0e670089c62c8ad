import { openMove, pauseOrResume, READ_ONLY, restart, scaleBy, stopOrStart, undoLast, whyNoChange, whyNoMove } from './actions/change.ts';
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
	/** How help and footer write the keys; null: the entry above speaks for both. */
	readonly label: string | null;
	/** What help says. */
	readonly help: string;
	/** The footer's word; null: not in the footer. */
	readonly footer: string | null;
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
		label: '+/-',
		help: 'one more, one fewer',
		footer: 'scale',
		group: 'change',
		blocked: whyNoChange,
		press: (context) => scaleBy(context, 1),
	},
	{
		keys: ['-'],
		places: INSTANCE,
		label: null,
		help: 'one fewer',
		footer: null,
		group: 'change',
		blocked: whyNoChange,
		press: (context) => scaleBy(context, -1),
	},
	{
		keys: ['='],
		places: CELL,
		label: '=',
		help: 'type how many',
		footer: 'set',
		group: 'change',
		blocked: whyNoChange,
		press: promptFor('count'),
	},
	{
		keys: ['r'],
		places: INSTANCE,
		label: 'r',
		help: 'restart, retry now',
		footer: 'restart',
		group: 'change',
		blocked: whyNoChange,
		press: restart,
	},
	{
		keys: ['s'],
		places: INSTANCE,
		label: 's',
		help: 'stop, again: start',
		footer: 'stop',
		group: 'change',
		blocked: whyNoChange,
		press: stopOrStart,
	},
	{
		keys: ['p'],
		places: INSTANCE,
		label: 'p',
		help: 'pause, again: resume',
		footer: 'pause',
		group: 'change',
		blocked: whyNoChange,
		press: pauseOrResume,
	},
	{
		keys: ['m'],
		places: CELL,
		label: 'm',
		help: 'move to a server',
		footer: 'move',
		group: 'change',
		blocked: whyNoMove,
		press: openMove,
	},
	{
		keys: ['u'],
		places: PAGES,
		label: 'u',
		help: 'undo your last change',
		footer: null,
		group: 'change',
		blocked: readOnly,
		press: undoLast,
	},
	{
		keys: ['up', 'k'],
		places: PANES,
		label: 'arrows hjk',
		help: 'move',
		footer: null,
		group: 'look',
		press: (context) => navigate.moveVertically(context, -1),
	},
	{
		keys: ['down', 'j'],
		places: PANES,
		label: null,
		help: 'down',
		footer: null,
		group: 'look',
		press: (context) => navigate.moveVertically(context, 1),
	},
	{
		keys: ['left', 'h'],
		places: CELL,
		label: null,
		help: 'left',
		footer: null,
		group: 'look',
		press: (context) => navigate.moveHorizontally(context, -1),
	},
	{
		keys: ['right'],
		places: CELL,
		label: null,
		help: 'right',
		footer: null,
		group: 'look',
		press: (context) => navigate.moveHorizontally(context, 1),
	},
	{
		keys: ['space'],
		places: LOGS,
		label: 'Space',
		help: 'pause, again: follow',
		footer: 'pause',
		group: 'look',
		press: logView.togglePause,
	},
	{
		keys: ['up', 'k'],
		places: ['logs'],
		label: 'j k',
		help: 'scroll by lines',
		footer: null,
		group: 'look',
		press: (context) => logView.scrollLines(context, -1),
	},
	{
		keys: ['down', 'j', 'enter'],
		places: ['logs'],
		label: null,
		help: 'scroll down a line',
		footer: null,
		group: 'look',
		press: (context) => logView.scrollLines(context, 1),
	},
	{
		keys: ['pageup', 'ctrl-b', 'ctrl-u'],
		places: LOGS,
		label: 'PgUp PgDn',
		help: 'scroll by pages',
		footer: null,
		group: 'look',
		press: (context) => logView.scrollPages(context, -1),
	},
	{
		keys: ['pagedown', 'ctrl-f', 'ctrl-d'],
		places: LOGS,
		label: null,
		help: 'scroll down a page',
		footer: null,
		group: 'look',
		press: (context) => logView.scrollPages(context, 1),
	},
	{
		keys: ['g', 'home'],
		places: LOGS,
		label: 'g G',
		help: 'first line, follow',
		footer: null,
		group: 'look',
		press: logView.scrollToTop,
	},
	{
		keys: ['G', 'end'],
		places: LOGS,
		label: null,
		help: 'follow',
		footer: null,
		group: 'look',
		press: logView.followEnd,
	},
	{
		keys: ['left', 'h'],
		places: LOGS,
		label: 'left right',
		help: 'scroll sideways',
		footer: null,
		group: 'look',
		press: (context) => logView.scrollSideways(context, -16),
	},
	{
		keys: ['right'],
		places: LOGS,
		label: null,
		help: 'scroll to the right',
		footer: null,
		group: 'look',
		press: (context) => logView.scrollSideways(context, 16),
	},
	{
		keys: ['/'],
		places: LOGS,
		label: '/',
		help: 'search in the log',
		footer: 'search',
		group: 'look',
		press: promptFor('search'),
	},
	{
		keys: ['n'],
		places: LOGS,
		label: 'n N',
		help: 'next match up, down',
		footer: null,
		group: 'look',
		press: (context) => logView.findMatch(context, -1),
	},
	{
		keys: ['N'],
		places: LOGS,
		label: null,
		help: 'next match downwards',
		footer: null,
		group: 'look',
		press: (context) => logView.findMatch(context, 1),
	},
	{
		keys: ['f'],
		places: LOGS,
		label: 'f',
		help: 'only lines with a text',
		footer: 'filter',
		group: 'look',
		press: promptFor('log-filter'),
	},
	{
		keys: ['i'],
		places: ['logs'],
		label: 'i',
		help: 'one instance, the next…',
		footer: 'instance',
		group: 'look',
		press: logView.nextScope,
	},
	{
		keys: ['t'],
		places: LOGS,
		label: 't',
		help: 'time on, off',
		footer: 'time',
		group: 'look',
		press: logView.toggleTime,
	},
	{
		keys: ['z'],
		places: LOGS,
		label: 'z',
		help: 'wrap long lines',
		footer: 'wrap',
		group: 'look',
		press: logView.toggleWrap,
	},
	{
		keys: ['s'],
		places: LOGS,
		label: 's',
		help: 'save to a file',
		footer: 'save',
		group: 'look',
		press: promptForSave,
	},
	{
		keys: ['tab'],
		places: PANES,
		label: 'Tab',
		help: 'next pane',
		footer: null,
		group: 'look',
		press: (context) => navigate.nextPane(context, 1),
	},
	{
		keys: ['shift-tab'],
		places: PANES,
		label: 'Shift-Tab',
		help: 'pane before',
		footer: null,
		group: 'look',
		press: (context) => navigate.nextPane(context, -1),
	},
	{
		keys: ['l'],
		places: ['formation', 'instances', 'log-pane', 'crash'],
		label: 'l',
		help: 'logs, full screen',
		footer: 'logs',
		group: 'look',
		press: logView.openLogs,
	},
	{
		keys: ['enter'],
		places: PANES,
		label: 'Enter',
		help: 'go in',
		footer: null,
		group: 'look',
		press: navigate.enter,
	},
	{
		keys: ['/'],
		places: CELL,
		label: '/',
		help: 'show only some types',
		footer: 'filter',
		group: 'look',
		press: promptFor('types'),
	},
	{
		keys: [':'],
		places: PAGES,
		label: ':',
		help: 'type a command',
		footer: 'command',
		group: 'look',
		press: promptFor('command'),
	},
	{
		keys: ['!'],
		places: PAGES,
		label: '!',
		help: 'next problem',
		footer: null,
		group: 'look',
		press: navigate.nextProblem,
	},
	{
		keys: ['escape'],
		places: PAGES,
		label: 'Esc',
		help: 'back',
		footer: 'back',
		group: 'look',
		press: navigate.back,
	},
	{
		keys: ['y'],
		places: ['plan'],
		label: 'y',
		help: 'do it',
		footer: 'do it',
		group: 'change',
		blocked: readOnly,
		press: sheets.runPlan,
	},
	{
		keys: ['enter'],
		places: ['plan'],
		label: 'Enter',
		help: 'take the button in > <',
		footer: 'take > <',
		group: 'change',
		press: sheets.takeButton,
	},
	{
		keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'],
		places: ['plan'],
		label: 'Tab',
		help: 'other button',
		footer: 'other button',
		group: 'look',
		press: sheets.otherButton,
	},
	{
		keys: ['escape', 'n', 'q'],
		places: ['plan', 'move'],
		label: 'Esc',
		help: 'cancel',
		footer: 'cancel',
		group: 'look',
		press: sheets.closeSheet,
	},
	{
		keys: ['up', 'k', 'shift-tab'],
		places: ['move'],
		label: 'arrows',
		help: 'choose the server',
		footer: 'choose',
		group: 'look',
		press: (context) => sheets.chooseTarget(context, -1),
	},
	{
		keys: ['down', 'j', 'tab'],
		places: ['move'],
		label: null,
		help: 'next server',
		footer: null,
		group: 'look',
		press: (context) => sheets.chooseTarget(context, 1),
	},
	{
		keys: ['enter', 'y'],
		places: ['move'],
		label: 'Enter',
		help: 'move it there',
		footer: 'move',
		group: 'change',
		blocked: readOnly,
		press: sheets.runMove,
	},
	{
		keys: ['up', 'k'],
		places: ['help'],
		label: 'arrows',
		help: 'scroll help',
		footer: null,
		group: 'look',
		press: (context) => sheets.scrollHelp(context, -1),
	},
	{
		keys: ['down', 'j', 'space', 'pagedown'],
		places: ['help'],
		label: null,
		help: 'scroll help down',
		footer: null,
		group: 'look',
		press: (context) => sheets.scrollHelp(context, 1),
	},
	{
		keys: ['escape', 'enter', 'q'],
		places: ['help'],
		label: 'Esc',
		help: 'close help',
		footer: 'close',
		group: 'look',
		press: sheets.closeSheet,
	},
	{
		keys: ['?'],
		places: [...PAGES, 'plan', 'move', 'help'],
		label: '?',
		help: 'help, again: all',
		footer: 'help',
		group: 'look',
		press: sheets.help,
	},
	{
		keys: ['q'],
		places: PAGES,
		label: 'q',
		help: 'quit; all keeps running',
		footer: 'quit',
		group: 'look',
		press: ({ ui }) => ask(ui, { kind: 'quit' }),
	},
	{
		keys: ['ctrl-c'],
		places: [...PAGES, 'plan', 'move', 'help'],
		label: 'Ctrl-C',
		help: 'quit from anywhere',
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

export function bindingsAt(place: Place): readonly Binding[] {
	return KEYMAP.filter(({ places }) => places.includes(place));
}

/** What a key does where the user is. A key that is blocked says why, an unknown one does nothing. */
export function press(context: Context, key: string): Step {
	const ui: UiState = context.ui.notice === null ? context.ui : { ...context.ui, notice: null };
	const binding = bindingsAt(placeOf(ui)).find(({ keys }) => keys.includes(key));
	if (binding === undefined) return show(ui);
	const reason = binding.blocked?.({ ...context, ui }) ?? null;
	return reason === null ? binding.press({ ...context, ui }) : say(ui, reason);
}
