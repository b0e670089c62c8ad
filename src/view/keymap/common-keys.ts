import * as sheets from '../actions/sheets.ts';
import { ask } from '../steps.ts';
import { ADDING, ALL_PAGES, type Binding, look, PAGES, SHEETS } from './binding.ts';

/** What works nearly everywhere. */
export const COMMON_KEYS: readonly Binding[] = [
	look({
		keys: ['?'],
		places: [...ALL_PAGES, ...SHEETS],
		help: ['? q', 'help, quit (all runs on)'],
		footer: ['?', 'help'],
		press: sheets.help,
	}),
	look({
		keys: ['q'],
		places: PAGES,
		footer: ['q', 'quit'],
		press: ({ ui }) => ask(ui, { kind: 'quit' }),
	}),
	look({
		keys: ['ctrl-c'],
		places: [...PAGES, ...SHEETS, ...ADDING, 'answer'],
		press: ({ ui }) => ask(ui, { kind: 'quit' }),
	}),
];
