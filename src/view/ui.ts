import type { Intent } from '../store/intent.ts';
import type { LogWindow } from '../store/log-window.ts';

export type Page = 'deck' | 'logs' | 'crash' | 'output';
export type Pane = 'formation' | 'instances' | 'logs';

/** What a change would do, shown before it is done. */
export interface Plan {
	/** `Restart worker on jobs1` */
	readonly title: string;
	readonly sentence: string;
	readonly effects: readonly { readonly what: string; readonly effect: string; readonly pids: string }[];
	/** The command that does the same. */
	readonly command: string;
	/** The words on the button. */
	readonly button: string;
	/** Why it asks. */
	readonly because: string;
	/** Whether it touches more than one process type. */
	readonly severalTypes: boolean;
	/** What is wanted where it reaches: once that has moved, the plan is another. */
	readonly basis: string;
	readonly intent: Intent;
}

export type Sheet =
	| { readonly kind: 'help'; readonly all: boolean; readonly top: number }
	| { readonly kind: 'plan'; readonly plan: Plan; readonly focused: 'cancel' | 'run' }
	| {
			readonly kind: 'move';
			readonly type: string;
			readonly from: string;
			readonly targets: readonly string[];
			readonly chosen: number;
	  };

/** A line that is being typed. */
export interface Prompt {
	readonly kind: 'count' | 'command' | 'types' | 'search' | 'log-filter' | 'save' | 'output-search';
	readonly text: string;
	/** What was there when it was opened. */
	readonly initial: string;
	readonly error: string | null;
	/** Position in the command history while the arrows go through it. */
	readonly recalled: number | null;
	/** What was typed before the arrows went through the history. */
	readonly draft: string;
	/** What the last word could become, where Tab found several. */
	readonly choices: readonly string[];
	/** It was taken and waits for what becomes of it. */
	readonly waiting: boolean;
}

/** Whose lines the logs page shows; null means all. The deck's log pane follows the cursor instead. */
export interface LogScope {
	readonly server: string | null;
	readonly type: string | null;
	/** 1 for `worker.1`. */
	readonly index: number | null;
}

export interface LogView {
	/** The lines as they were when the view was paused; null: following. */
	readonly paused: LogWindow | null;
	/** Milliseconds since the epoch; meaningless while following. */
	readonly pausedAt: number;
	/** Index of the lowest line shown in the paused window. */
	readonly bottom: number;
	/** Columns scrolled to the right. */
	readonly left: number;
	readonly search: string;
	readonly filter: string;
	readonly time: boolean;
	readonly wrap: boolean;
	readonly scope: LogScope;
}

/** The page of what a verb wrote. */
export interface OutputPage {
	/** Index of the highest line shown; means nothing while it follows. */
	readonly top: number;
	/** Whether the end stays in sight. */
	readonly follow: boolean;
	/** Columns scrolled to the right. */
	readonly left: number;
	readonly search: string;
}

/** All that the view remembers; everything else is the store's. Names, not positions: rows come and go. */
export interface UiState {
	readonly page: Page;
	readonly pane: Pane;
	/** null: the first one. */
	readonly type: string | null;
	readonly server: string | null;
	readonly instance: string | null;
	/** Only types that contain this are shown. */
	readonly typeFilter: string;
	readonly sheet: Sheet | null;
	readonly prompt: Prompt | null;
	/** Which problem the attention line shows. */
	readonly problem: number;
	/** What the last key has to say for itself. */
	readonly notice: string | null;
	readonly logs: LogView;
	readonly output: OutputPage;
	/** Oldest first. */
	readonly commands: readonly string[];
}

export const FIRST_UI: UiState = {
	page: 'deck',
	pane: 'formation',
	type: null,
	server: null,
	instance: null,
	typeFilter: '',
	sheet: null,
	prompt: null,
	problem: 0,
	notice: null,
	logs: {
		paused: null,
		pausedAt: 0,
		bottom: 0,
		left: 0,
		search: '',
		filter: '',
		time: true,
		wrap: false,
		scope: { server: null, type: null, index: null },
	},
	output: { top: 0, follow: false, left: 0, search: '' },
	commands: [],
};

/** @param initial what is there again when the prompt is cancelled */
export function openPrompt(ui: UiState, kind: Prompt['kind'], text = '', initial = text): UiState {
	const untouched = { error: null, recalled: null, draft: '', choices: [], waiting: false };
	return { ...ui, prompt: { kind, text, initial, ...untouched } };
}
