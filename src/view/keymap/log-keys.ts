import * as logView from '../actions/log-view.ts';
import { promptFor, promptForSave } from '../actions/prompts.ts';
import { type Binding, LOGS, look } from './binding.ts';

/** The log below the panes and the page of logs. */
export const LOG_KEYS: readonly Binding[] = [
	look({
		keys: ['space'],
		places: LOGS,
		help: ['Space', 'pause, again: follow'],
		footer: ['Space', 'pause'],
		press: logView.togglePause,
	}),
	look({
		keys: ['up', 'k'],
		places: ['logs'],
		help: ['j k', 'scroll by lines'],
		press: (context) => logView.scrollLines(context, -1),
	}),
	look({
		keys: ['down', 'j', 'enter'],
		places: ['logs'],
		press: (context) => logView.scrollLines(context, 1),
	}),
	look({
		keys: ['pageup', 'ctrl-b', 'ctrl-u'],
		places: LOGS,
		help: ['PgUp PgDn', 'scroll by pages'],
		press: (context) => logView.scrollPages(context, -1),
	}),
	look({
		keys: ['pagedown', 'ctrl-f', 'ctrl-d'],
		places: LOGS,
		press: (context) => logView.scrollPages(context, 1),
	}),
	look({
		keys: ['g', 'home'],
		places: LOGS,
		help: ['g G', 'first line, follow'],
		press: logView.scrollToTop,
	}),
	look({
		keys: ['G', 'end'],
		places: LOGS,
		press: logView.followEnd,
	}),
	look({
		keys: ['left', 'h'],
		places: LOGS,
		help: ['left right', 'scroll sideways'],
		press: (context) => logView.scrollSideways(context, -16),
	}),
	look({
		keys: ['right'],
		places: LOGS,
		press: (context) => logView.scrollSideways(context, 16),
	}),
	look({
		keys: ['/'],
		places: LOGS,
		help: ['/', 'search in the log'],
		footer: ['/', 'search'],
		press: promptFor('search'),
	}),
	look({
		keys: ['n'],
		places: LOGS,
		help: ['n N', 'next match up, down'],
		press: (context) => logView.findMatch(context, -1),
	}),
	look({
		keys: ['N'],
		places: LOGS,
		press: (context) => logView.findMatch(context, 1),
	}),
	look({
		keys: ['f'],
		places: LOGS,
		help: ['f', 'only lines with a text'],
		footer: ['f', 'filter'],
		press: promptFor('log-filter'),
	}),
	look({
		keys: ['i'],
		places: ['logs'],
		help: ['i', 'next instance, all types'],
		footer: ['i', 'instance'],
		press: logView.nextScope,
	}),
	look({
		keys: ['t'],
		places: LOGS,
		help: ['t', 'time on, off'],
		footer: ['t', 'time'],
		press: logView.toggleTime,
	}),
	look({
		keys: ['z'],
		places: LOGS,
		help: ['z', 'wrap long lines'],
		footer: ['z', 'wrap'],
		press: logView.toggleWrap,
	}),
	look({
		keys: ['s'],
		places: LOGS,
		help: ['s', 'save to a file'],
		footer: ['s', 'save'],
		press: promptForSave,
	}),
];
