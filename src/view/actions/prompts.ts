import { ask, type Context, type Step, say, show } from '../steps.ts';
import { openPrompt, type Prompt, type UiState } from '../ui.ts';
import { completeCommand, recall } from './command-prompt.ts';
import { submitPrompt } from './submit.ts';
import { pasteIntoSheet, takesText } from './typed.ts';

/** What is in a prompt when it opens, and what is there again when it is cancelled. */
function contentOf(kind: Prompt['kind'], ui: UiState): readonly [text: string, initial: string] {
	switch (kind) {
		case 'filter':
			return [ui.filter, ui.filter];
		case 'log-filter':
			return [ui.logs.filter, ui.logs.filter];
		case 'search':
			return ['', ui.logs.search];
		case 'output-search':
			return ['', ui.output.search];
		default:
			return ['', ''];
	}
}

export function promptFor(kind: Prompt['kind']): (context: Context) => Step {
	return ({ ui }) => show(openPrompt(ui, kind, ...contentOf(kind, ui)));
}

/** Asks for a file name, offering one that tells what is in it. */
export function promptForSave({ model, ui }: Context): Step {
	const { type, index } = ui.logs.scope;
	const subject = type === null ? model.state.stack.name : index === null ? type : `${type}.${index}`;
	const time = new Date(model.state.now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
	return show(openPrompt(ui, 'save', `${subject}-${time}.log`));
}

/** What is filtered by and what is searched follow what is typed. */
function withTyped(ui: UiState, kind: Prompt['kind'], text: string): UiState {
	switch (kind) {
		case 'filter':
			return { ...ui, filter: text };
		case 'search':
			return { ...ui, logs: { ...ui.logs, search: text } };
		case 'output-search':
			return { ...ui, output: { ...ui.output, search: text } };
		default:
			return ui;
	}
}

function cancelPrompt({ ui }: Context): Step {
	if (ui.prompt === null) return show(ui);
	return show({ ...withTyped(ui, ui.prompt.kind, ui.prompt.initial), prompt: null });
}

function retype(ui: UiState, prompt: Prompt, text: string): Step {
	const typed: Prompt = { ...prompt, text, error: null, choices: [], recalled: null, waiting: false };
	return show(withTyped({ ...ui, prompt: typed }, prompt.kind, text));
}

const LONGEST = 1000;

/** A key while a line is typed: a character, or one of the few that edit. */
export function typeKey(context: Context, key: string): Step {
	const { ui } = context;
	const { prompt } = ui;
	if (prompt === null) return show(ui);
	const isCommand = prompt.kind === 'command';
	switch (key) {
		case 'enter':
			return submitPrompt(context);
		case 'escape':
			return cancelPrompt(context);
		case 'ctrl-c':
			return ask(ui, { kind: 'quit' });
		case 'backspace':
			return prompt.text === ''
				? cancelPrompt(context)
				: retype(ui, prompt, [...prompt.text].slice(0, -1).join(''));
		case 'ctrl-u':
			return retype(ui, prompt, '');
		case 'ctrl-w':
			return retype(ui, prompt, prompt.text.replace(/\S*\s*$/, ''));
		case 'up':
		case 'ctrl-p':
			return isCommand ? recall(ui, prompt, -1) : show(ui);
		case 'down':
		case 'ctrl-n':
			return isCommand ? recall(ui, prompt, 1) : show(ui);
		case 'tab':
			return isCommand ? completeCommand(context, prompt) : show(ui);
		case 'space':
			return retype(ui, prompt, `${prompt.text} `);
		default:
			return [...key].length === 1 ? retype(ui, prompt, (prompt.text + key).slice(0, LONGEST)) : show(ui);
	}
}

/** Pasted text goes into the line that is typed, without what is no text. */
export function pasteText(context: Context, pasted: string): Step {
	const { ui } = context;
	const text = pasted.replaceAll(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
	if (ui.prompt === null && takesText(ui)) return pasteIntoSheet(context, text);
	if (ui.prompt === null) return say(ui, 'pasted text is only taken where a line is typed');
	return retype(ui, ui.prompt, (ui.prompt.text + text).slice(0, LONGEST));
}
