import type { Intent } from '../store/intent.ts';
import type { LogWindow } from '../store/log-window.ts';
import type { Question } from '../store/question-desk.ts';
import type { ServerOrder } from '../store/standing.ts';

/** Stands for all servers; no server can have such a name. */
export const ALL_SERVERS = '*';

/** `backends`: one level deeper than `balancer`, the instances of the server under the cursor. */
export type Page = 'deck' | 'logs' | 'crash' | 'output' | 'outcomes' | 'balancer' | 'backends';
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

/** Where instances of a type go, while it is chosen. */
export interface MoveSheet {
	readonly kind: 'move';
	readonly type: string;
	readonly from: string;
	/** Only servers that contain this are offered. */
	readonly filter: string;
	/** null: the first that is offered. */
	readonly to: string | null;
	/** null: all. */
	readonly count: number | null;
	/** Which of both the keys are for. */
	readonly field: 'server' | 'count';
}

/** A server that is to be one of the stack. */
export interface AddSheet {
	readonly kind: 'add';
	/**
	 * - `typing`: name and place are typed
	 * - `looking`: the server is being looked at
	 * - `ready`: it can be added
	 * - `working`: it is being added
	 * - `failed`: a step of that failed
	 */
	readonly stage: 'typing' | 'looking' | 'ready' | 'working' | 'failed';
	readonly name: string;
	/** `[USER@]HOST[:PORT]` */
	readonly place: string;
	/** Which of both the keys are for. */
	readonly field: 'name' | 'place';
	readonly focused: 'cancel' | 'add';
	/** Whether what the step writes has all the room. */
	readonly showsOutput: boolean;
}

/** What a connection asks. */
export interface QuestionSheet {
	readonly kind: 'question';
	readonly question: Question;
	/** How many questions there are, this one among them. */
	readonly waiting: number;
	/** Of a question for yes or no. */
	readonly focused: 'no' | 'yes';
	/** What is typed. */
	readonly text: string;
	/** The sheet that waits for the answer, and is there again after it. */
	readonly below: AddSheet | null;
}

export type Sheet =
	| { readonly kind: 'help'; readonly all: boolean; readonly top: number }
	| { readonly kind: 'plan'; readonly plan: Plan; readonly focused: 'cancel' | 'run' }
	| MoveSheet
	| AddSheet
	| QuestionSheet;

/** A line that is being typed. */
export interface Prompt {
	readonly kind: 'count' | 'command' | 'filter' | 'search' | 'log-filter' | 'save' | 'output-search';
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
	/** Where Esc goes back to. */
	readonly back: 'deck' | 'balancer';
}

/** Rows of the list of servers that keep their place. */
export interface KeptOrder {
	readonly order: ServerOrder;
	/** Milliseconds since the epoch: when nobody has pressed a key for so long, they are sorted again. */
	readonly until: number;
}

/** A problem that is looked at; where it is over, the one that has come to its place. */
export interface ProblemMark {
	readonly key: string | null;
	readonly position: number;
}

/** All that the view remembers; everything else is the store's. Names, not positions: rows come and go. */
export interface UiState {
	readonly page: Page;
	readonly pane: Pane;
	/** null: the first one. */
	readonly type: string | null;
	/** null: the first one; {@link ALL_SERVERS}: all that are shown. */
	readonly server: string | null;
	readonly instance: string | null;
	/** Only types and servers that contain this are shown. */
	readonly filter: string;
	/** How servers and types are shown; `auto`: as they fit. */
	readonly arrangement: 'auto' | 'matrix' | 'list';
	/** null: rows of the list are where they stand now. */
	readonly kept: KeptOrder | null;
	readonly sheet: Sheet | null;
	/** How many questions wait until what is open is left. */
	readonly unasked: number;
	readonly prompt: Prompt | null;
	/** Which problem the attention line shows. */
	readonly problem: ProblemMark;
	/** What the last key has to say for itself. */
	readonly notice: string | null;
	readonly logs: LogView;
	readonly output: OutputPage;
	/** The highest row shown of what became of a change on each server. */
	readonly outcomesTop: number;
	/** Oldest first. */
	readonly commands: readonly string[];
}

export const FIRST_UI: UiState = {
	page: 'deck',
	pane: 'formation',
	type: null,
	server: null,
	instance: null,
	filter: '',
	arrangement: 'auto',
	kept: null,
	sheet: null,
	unasked: 0,
	prompt: null,
	problem: { key: null, position: 0 },
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
	output: { top: 0, follow: false, left: 0, search: '', back: 'deck' },
	outcomesTop: 0,
	commands: [],
};

/** @param initial what is there again when the prompt is cancelled */
export function openPrompt(ui: UiState, kind: Prompt['kind'], text = '', initial = text): UiState {
	const untouched = { error: null, recalled: null, draft: '', choices: [], waiting: false };
	return { ...ui, prompt: { kind, text, initial, ...untouched } };
}
