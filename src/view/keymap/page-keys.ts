import * as logView from '../actions/log-view.ts';
import * as navigate from '../actions/navigate.ts';
import { promptFor } from '../actions/prompts.ts';
import { ALL_PAGES, type Binding, CELL, look, PAGES, PANES } from './binding.ts';

/** From pane to pane and from page to page. */
export const PAGE_KEYS: readonly Binding[] = [
	look({
		keys: ['tab'],
		places: PANES,
		help: ['Tab', 'next pane'],
		press: (context) => navigate.nextPane(context, 1),
	}),
	look({
		keys: ['shift-tab'],
		places: PANES,
		press: (context) => navigate.nextPane(context, -1),
	}),
	look({
		keys: ['l'],
		places: ['formation', 'instances', 'log-pane', 'crash'],
		help: ['l', 'logs, full screen'],
		footer: ['l', 'logs'],
		press: logView.openLogs,
	}),
	look({
		keys: ['enter'],
		places: PANES,
		help: ['Enter Esc', 'in, back'],
		press: navigate.enter,
	}),
	look({
		keys: ['/'],
		places: CELL,
		help: ['/ :', 'filter, command'],
		footer: ['/', 'filter'],
		press: promptFor('types'),
	}),
	look({
		keys: [':'],
		places: ALL_PAGES,
		help: [':', 'type a command'],
		footer: [':', 'command'],
		press: promptFor('command'),
	}),
	look({
		keys: ['!'],
		places: PAGES,
		help: ['!', 'next problem'],
		press: navigate.nextProblem,
	}),
	look({
		keys: ['escape'],
		places: PAGES,
		help: ['Esc', 'back'],
		footer: ['Esc', 'back'],
		press: navigate.back,
	}),
];
