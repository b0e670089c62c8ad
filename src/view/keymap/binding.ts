import type { Context, Step } from '../steps.ts';

/** Where a key works: a pane of the deck, a page, or the sheet that is open. */
export type Place =
	| 'formation'
	| 'instances'
	| 'log-pane'
	| 'logs'
	| 'crash'
	| 'output'
	| 'outcomes'
	/** The page of the load balancer, and the instances of one of its servers. */
	| 'balancer'
	| 'backends'
	| 'plan'
	| 'move'
	| 'move-count'
	/** Where a server that is to be added is typed, looked at, and asked about. */
	| 'add'
	| 'add-looking'
	| 'add-ready'
	| 'add-working'
	| 'add-failed'
	/** The question whether to trust a key. */
	| 'trust'
	/** The question of a verb whether to do what it wrote. */
	| 'confirm'
	/** A question that is answered by typing. */
	| 'answer'
	| 'help';

export interface Binding {
	readonly keys: readonly string[];
	readonly places: readonly Place[];
	/** The line in the help, keys first; null: the line of a key before this speaks for both. */
	readonly help: readonly [keys: string, words: string] | null;
	/** The words in the footer, key first; null: not in the footer. */
	readonly footer: readonly [key: string, word: string] | null;
	/** Whether it changes what runs or how it is looked at. */
	readonly group: 'look' | 'change';
	/** Why it does nothing now, or null. */
	readonly blocked?: (context: Context) => string | null;
	readonly press: (context: Context) => Step;
}

type Entry = Omit<Binding, 'group' | 'help' | 'footer'> & Partial<Pick<Binding, 'help' | 'footer'>>;

/** A key that changes how things are looked at. */
export function look(entry: Entry): Binding {
	return { help: null, footer: null, ...entry, group: 'look' };
}

/** A key that changes what runs. */
export function change(entry: Entry): Binding {
	return { help: null, footer: null, ...entry, group: 'change' };
}

/** The panes of the deck. */
export const PANES: readonly Place[] = ['formation', 'instances', 'log-pane'];
/** Where the cursor is on a process type. */
export const CELL: readonly Place[] = ['formation', 'instances'];
export const LOGS: readonly Place[] = ['log-pane', 'logs'];
export const BALANCER: readonly Place[] = ['balancer', 'backends'];
/** What fills the screen while no sheet is open, but for what a verb wrote. */
export const PAGES: readonly Place[] = [...PANES, 'logs', 'crash', 'outcomes', ...BALANCER];
export const ALL_PAGES: readonly Place[] = [...PAGES, 'output'];
export const SHEETS: readonly Place[] = ['plan', 'move', 'move-count', 'trust', 'confirm', 'help'];
/** Where a server is added. */
export const ADDING: readonly Place[] = ['add', 'add-looking', 'add-ready', 'add-failed'];
