import * as add from '../actions/add-server.ts';
import { readOnly } from '../actions/change.ts';
import { ADDING, type Binding, change, look } from './binding.ts';

/** The sheet that adds a server: what is typed, the look at the server, and the question. */
export const ADD_KEYS: readonly Binding[] = [
	change({
		keys: ['enter'],
		places: ['add'],
		help: ['Enter', 'look at it'],
		footer: ['Enter', 'look at it'],
		blocked: readOnly,
		press: add.checkTyped,
	}),
	look({
		keys: ['tab', 'shift-tab', 'up', 'down'],
		places: ['add'],
		help: ['Tab', 'other field'],
		footer: ['Tab', 'other field'],
		press: add.otherField,
	}),
	change({
		keys: ['y'],
		places: ['add-ready'],
		help: ['y', 'add it'],
		footer: ['y', 'add it'],
		blocked: readOnly,
		press: add.addServer,
	}),
	change({
		keys: ['enter'],
		places: ['add-ready'],
		help: ['Enter', 'take the button in > <'],
		footer: ['Enter', 'take > <'],
		blocked: readOnly,
		press: add.takeFocused,
	}),
	look({
		keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'],
		places: ['add-ready'],
		help: ['Tab', 'other button'],
		footer: ['Tab', 'other button'],
		press: add.otherButton,
	}),
	look({
		keys: ['n', 'q'],
		places: ['add-ready'],
		press: add.leave,
	}),
	change({
		keys: ['r'],
		places: ['add-failed'],
		help: ['r', 'go on with it'],
		footer: ['r', 'go on'],
		blocked: readOnly,
		press: add.goOn,
	}),
	look({
		keys: ['o'],
		places: ['add-working', 'add-failed'],
		help: ['o', 'what it writes'],
		footer: ['o', 'output'],
		press: add.toggleOutput,
	}),
	look({
		keys: ['escape', 'q'],
		places: ['add-working'],
		help: ['Esc', 'close this: it goes on'],
		footer: ['Esc', 'close, it goes on'],
		press: add.leave,
	}),
	look({
		keys: ['escape'],
		places: ADDING,
		help: ['Esc', 'cancel'],
		footer: ['Esc', 'cancel'],
		press: add.leave,
	}),
];
