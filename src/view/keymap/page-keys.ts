import { openBalancer } from '../actions/balancer-page.ts';
import * as logView from '../actions/log-view.ts';
import * as navigate from '../actions/navigate.ts';
import * as outcomes from '../actions/outcomes.ts';
import { nextProblem } from '../actions/problem.ts';
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
		keys: ['b'],
		places: PANES,
		help: ['b', 'the load balancer'],
		press: openBalancer,
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
		press: promptFor('filter'),
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
		press: nextProblem,
	}),
	look({
		keys: ['v'],
		places: CELL,
		help: ['v', 'servers across or down'],
		blocked: navigate.whyNoTurn,
		press: navigate.turnAround,
	}),
	look({
		keys: ['c'],
		places: PANES,
		help: ['c', 'last change, by server'],
		blocked: outcomes.whyNoOutcomes,
		press: outcomes.openOutcomes,
	}),
	look({
		keys: ['up', 'k'],
		places: ['outcomes'],
		help: ['j k', 'scroll by lines'],
		press: (context) => outcomes.scrollOutcomes(context, -1),
	}),
	look({
		keys: ['down', 'j'],
		places: ['outcomes'],
		press: (context) => outcomes.scrollOutcomes(context, 1),
	}),
	look({
		keys: ['pageup', 'b', 'ctrl-b', 'ctrl-u'],
		places: ['outcomes'],
		help: ['b Space', 'a page up, down'],
		press: (context) => outcomes.scrollOutcomePages(context, -1),
	}),
	look({
		keys: ['pagedown', 'space', 'ctrl-f', 'ctrl-d'],
		places: ['outcomes'],
		footer: ['Space', 'page down'],
		press: (context) => outcomes.scrollOutcomePages(context, 1),
	}),
	look({
		keys: ['escape'],
		places: PAGES,
		help: ['Esc', 'back'],
		footer: ['Esc', 'back'],
		press: navigate.back,
	}),
];
