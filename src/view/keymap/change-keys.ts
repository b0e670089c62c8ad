import { openAdd } from '../actions/add-server.ts';
import {
	pauseOrResume,
	readOnly,
	restart,
	scaleBy,
	stopOrStart,
	undoLast,
	whyNoChange,
	whyNoStep,
} from '../actions/change.ts';
import { openMove, whyNoMove } from '../actions/move.ts';
import { promptFor } from '../actions/prompts.ts';
import { openShell, whyNoShell } from '../actions/shell.ts';
import { switchTraffic, whyNoSwitch } from '../actions/traffic.ts';
import { ALL_PAGES, type Binding, CELL, change, PANES, type Place } from './binding.ts';

/** Where the cursor is on an instance, or on the type that has it. */
const INSTANCE: readonly Place[] = [...CELL, 'crash'];

/** What runs, and how many of it. */
export const CHANGE_KEYS: readonly Binding[] = [
	change({
		keys: ['+'],
		places: INSTANCE,
		help: ['+/-', 'one more, one fewer'],
		footer: ['+/-', 'scale'],
		blocked: whyNoStep,
		press: (context) => scaleBy(context, 1),
	}),
	change({
		keys: ['-'],
		places: INSTANCE,
		blocked: whyNoStep,
		press: (context) => scaleBy(context, -1),
	}),
	change({
		keys: ['='],
		places: CELL,
		help: ['=', 'type how many'],
		footer: ['=', 'set'],
		blocked: whyNoChange,
		press: promptFor('count'),
	}),
	change({
		keys: ['r'],
		places: INSTANCE,
		help: ['r', 'restart, retry now'],
		footer: ['r', 'restart'],
		blocked: whyNoChange,
		press: restart,
	}),
	change({
		keys: ['s'],
		places: INSTANCE,
		help: ['s p', 'stop, pause; again: back'],
		footer: ['s', 'stop'],
		blocked: whyNoChange,
		press: stopOrStart,
	}),
	change({
		keys: ['p'],
		places: INSTANCE,
		footer: ['p', 'pause'],
		blocked: whyNoChange,
		press: pauseOrResume,
	}),
	change({
		keys: ['m'],
		places: CELL,
		help: ['m', 'move to another server'],
		footer: ['m', 'move'],
		blocked: whyNoMove,
		press: openMove,
	}),
	change({
		keys: ['a'],
		places: PANES,
		help: ['a', 'add a server'],
		blocked: readOnly,
		press: openAdd,
	}),
	change({
		keys: ['o'],
		places: CELL,
		help: ['o', 'a shell on the server'],
		blocked: whyNoShell,
		press: openShell,
	}),
	change({
		keys: ['w'],
		places: CELL,
		help: ['w', 'web traffic on, off'],
		blocked: whyNoSwitch,
		press: switchTraffic,
	}),
	change({
		keys: ['u'],
		places: ALL_PAGES,
		help: ['u', 'undo your last change'],
		blocked: readOnly,
		press: undoLast,
	}),
];
