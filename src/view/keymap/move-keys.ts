import * as navigate from '../actions/navigate.ts';
import { type Binding, CELL, look, PANES } from './binding.ts';

/** The cursor on the deck. */
export const MOVE_KEYS: readonly Binding[] = [
	look({
		keys: ['up', 'k'],
		places: PANES,
		help: ['arrows hjk', 'move; PgUp PgDn: pages'],
		press: (context) => navigate.moveVertically(context, -1),
	}),
	look({
		keys: ['down', 'j'],
		places: PANES,
		press: (context) => navigate.moveVertically(context, 1),
	}),
	look({
		keys: ['pageup', 'ctrl-b'],
		places: CELL,
		press: (context) => navigate.movePage(context, -1),
	}),
	look({
		keys: ['pagedown', 'ctrl-f'],
		places: CELL,
		press: (context) => navigate.movePage(context, 1),
	}),
	look({
		keys: ['left', 'h'],
		places: CELL,
		press: (context) => navigate.moveHorizontally(context, -1),
	}),
	look({
		keys: ['right'],
		places: CELL,
		press: (context) => navigate.moveHorizontally(context, 1),
	}),
];
