import { readOnly } from '../actions/change.ts';
import * as move from '../actions/move.ts';
import * as outputPage from '../actions/output-page.ts';
import * as question from '../actions/question.ts';
import * as sheets from '../actions/sheets.ts';
import { type Binding, change, look, type Place } from './binding.ts';

/** Where it is chosen what moves where: the keys are for the server, or for the count. */
const MOVE: readonly Place[] = ['move', 'move-count'];

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
	change({ keys: ['u'], places: ['plan'], blocked: readOnly, press: sheets.undoAgain }),
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
		places: ['plan'],
		help: ['Esc', 'cancel'],
		footer: ['Esc', 'cancel'],
		press: sheets.closeSheet,
	}),
	look({
		keys: ['up'],
		places: MOVE,
		help: ['arrows', 'choose the server'],
		footer: ['arrows', 'choose'],
		press: (context) => move.chooseTarget(context, -1),
	}),
	look({
		keys: ['down'],
		places: MOVE,
		press: (context) => move.chooseTarget(context, 1),
	}),
	look({
		keys: ['+'],
		places: MOVE,
		help: ['+/-', 'how many'],
		footer: ['+/-', 'how many'],
		press: (context) => move.stepCount(context, 1),
	}),
	look({
		keys: ['-'],
		places: MOVE,
		press: (context) => move.stepCount(context, -1),
	}),
	look({
		keys: ['tab', 'shift-tab'],
		places: MOVE,
		help: ['Tab', 'type server or count'],
		footer: ['Tab', 'other field'],
		press: move.otherField,
	}),
	change({
		keys: ['y'],
		places: ['move-count'],
		help: ['y', 'move it there'],
		blocked: readOnly,
		press: move.runMove,
	}),
	change({
		keys: ['enter'],
		places: MOVE,
		help: ['Enter', 'move it there'],
		footer: ['Enter', 'move'],
		blocked: readOnly,
		press: move.runMove,
	}),
	look({
		keys: ['escape'],
		places: MOVE,
		help: ['Esc', 'cancel'],
		footer: ['Esc', 'cancel'],
		press: sheets.closeSheet,
	}),
	look({
		keys: ['y'],
		places: ['trust'],
		help: ['y', 'trust it, remember it'],
		footer: ['y', 'trust it'],
		press: question.agree,
	}),
	change({
		keys: ['y'],
		places: ['confirm'],
		help: ['y', 'do it'],
		footer: ['y', 'do it'],
		blocked: readOnly,
		press: question.runVerb,
	}),
	look({
		keys: ['d'],
		places: ['confirm'],
		help: ['d', 'what changes'],
		footer: ['d', 'what changes'],
		press: question.showDetails,
	}),
	look({
		keys: ['up', 'k'],
		places: ['confirm'],
		help: ['j k', 'scroll by lines'],
		press: (context) => outputPage.scrollLines(context, -1),
	}),
	look({
		keys: ['down', 'j'],
		places: ['confirm'],
		press: (context) => outputPage.scrollLines(context, 1),
	}),
	look({
		keys: ['pageup', 'b', 'ctrl-b'],
		places: ['confirm'],
		press: (context) => outputPage.scrollPages(context, -1),
	}),
	look({
		keys: ['pagedown', 'space', 'ctrl-f'],
		places: ['confirm'],
		press: (context) => outputPage.scrollPages(context, 1),
	}),
	look({
		keys: ['enter'],
		places: ['trust', 'confirm'],
		help: ['Enter', 'take the button in > <'],
		footer: ['Enter', 'take > <'],
		press: question.takeFocused,
	}),
	look({
		keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'],
		places: ['trust', 'confirm'],
		help: ['Tab', 'other button'],
		footer: ['Tab', 'other button'],
		press: question.otherAnswer,
	}),
	look({
		keys: ['escape', 'n', 'q'],
		places: ['trust', 'confirm'],
		help: ['Esc', 'no'],
		footer: ['Esc', 'no'],
		press: question.refuse,
	}),
	look({
		keys: ['enter'],
		places: ['answer'],
		help: ['Enter', 'take it'],
		footer: ['Enter', 'take it'],
		press: question.takeTyped,
	}),
	look({
		keys: ['escape'],
		places: ['answer'],
		help: ['Esc', 'no answer'],
		footer: ['Esc', 'no answer'],
		press: question.refuse,
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
