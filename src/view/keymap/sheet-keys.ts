import { readOnly } from '../actions/change.ts';
import * as sheets from '../actions/sheets.ts';
import { type Binding, change, look } from './binding.ts';

/** A sheet that asks or explains. */
export const SHEET_KEYS: readonly Binding[] = [
	change({
		keys: ['y'],
		places: ['plan'],
		help: ['y', 'do it'],
		footer: ['y', 'do it'],
		blocked: readOnly,
		press: sheets.runPlan,
	}),
	change({
		keys: ['enter'],
		places: ['plan'],
		help: ['Enter', 'take the button in > <'],
		footer: ['Enter', 'take > <'],
		press: sheets.takeButton,
	}),
	look({
		keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'],
		places: ['plan'],
		help: ['Tab', 'other button'],
		footer: ['Tab', 'other button'],
		press: sheets.otherButton,
	}),
	look({
		keys: ['escape', 'n', 'q'],
		places: ['plan', 'move'],
		help: ['Esc', 'cancel'],
		footer: ['Esc', 'cancel'],
		press: sheets.closeSheet,
	}),
	look({
		keys: ['up', 'k', 'shift-tab'],
		places: ['move'],
		help: ['arrows', 'choose the server'],
		footer: ['arrows', 'choose'],
		press: (context) => sheets.chooseTarget(context, -1),
	}),
	look({
		keys: ['down', 'j', 'tab'],
		places: ['move'],
		press: (context) => sheets.chooseTarget(context, 1),
	}),
	change({
		keys: ['enter', 'y'],
		places: ['move'],
		help: ['Enter', 'move it there'],
		footer: ['Enter', 'move'],
		blocked: readOnly,
		press: sheets.runMove,
	}),
	look({
		keys: ['up', 'k'],
		places: ['help'],
		help: ['arrows', 'scroll help'],
		press: (context) => sheets.scrollHelp(context, -1),
	}),
	look({
		keys: ['down', 'j', 'space', 'pagedown'],
		places: ['help'],
		press: (context) => sheets.scrollHelp(context, 1),
	}),
	look({
		keys: ['escape', 'enter', 'q'],
		places: ['help'],
		help: ['Esc', 'close help'],
		footer: ['Esc', 'close'],
		press: sheets.closeSheet,
	}),
];
