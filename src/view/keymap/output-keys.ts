import * as outputPage from '../actions/output-page.ts';
import { promptFor } from '../actions/prompts.ts';
import { type Binding, look, type Place } from './binding.ts';

const OUTPUT: readonly Place[] = ['output'];

/** What a verb wrote, as a pager shows it. */
export const OUTPUT_KEYS: readonly Binding[] = [
	look({
		keys: ['up', 'k'],
		places: OUTPUT,
		help: ['j k', 'scroll by lines'],
		press: (context) => outputPage.scrollLines(context, -1),
	}),
	look({
		keys: ['down', 'j', 'enter'],
		places: OUTPUT,
		press: (context) => outputPage.scrollLines(context, 1),
	}),
	look({
		keys: ['pageup', 'b', 'ctrl-b', 'ctrl-u'],
		places: OUTPUT,
		help: ['b Space', 'a page up, down'],
		footer: ['b', 'page up'],
		press: (context) => outputPage.scrollPages(context, -1),
	}),
	look({
		keys: ['pagedown', 'space', 'ctrl-f', 'ctrl-d'],
		places: OUTPUT,
		footer: ['Space', 'page down'],
		press: (context) => outputPage.scrollPages(context, 1),
	}),
	look({
		keys: ['g', 'home'],
		places: OUTPUT,
		help: ['g G', 'first line, follow'],
		footer: ['g', 'top'],
		press: outputPage.scrollToTop,
	}),
	look({ keys: ['G', 'end'], places: OUTPUT, footer: ['G', 'end'], press: outputPage.followEnd }),
	look({
		keys: ['left', 'h'],
		places: OUTPUT,
		help: ['left right', 'scroll sideways'],
		press: (context) => outputPage.scrollSideways(context, -1),
	}),
	look({ keys: ['right'], places: OUTPUT, press: (context) => outputPage.scrollSideways(context, 1) }),
	look({
		keys: ['/'],
		places: OUTPUT,
		help: ['/', 'search in it'],
		footer: ['/', 'search'],
		press: promptFor('output-search'),
	}),
	look({
		keys: ['n'],
		places: OUTPUT,
		help: ['n N', 'next match down, up'],
		press: (context) => outputPage.findMatch(context, 1),
	}),
	look({ keys: ['N'], places: OUTPUT, press: (context) => outputPage.findMatch(context, -1) }),
	look({ keys: ['ctrl-c'], places: OUTPUT, help: ['Ctrl-C', 'end it'], press: outputPage.interrupt }),
	look({
		keys: ['escape', 'q'],
		places: OUTPUT,
		help: ['Esc q', 'end it, back'],
		footer: ['Esc', 'back'],
		press: outputPage.leave,
	}),
];
