import type { SavedLog } from '../../store/console-store.ts';
import { parseCommand } from '../command-line.ts';
import { selectedType } from '../selection.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
import type { Prompt, UiState } from '../ui.ts';
import { intend, READ_ONLY, setCount } from './change.ts';
import { remember } from './command-prompt.ts';
import * as logView from './log-view.ts';
import * as outputPage from './output-page.ts';

function fail(ui: UiState, prompt: Prompt, error: string): Step {
	return show({ ...ui, prompt: { ...prompt, error, choices: [] } });
}

function submitCount(context: Context, prompt: Prompt): Step {
	if (!/^\d{1,9}$/.test(prompt.text)) return fail(context.ui, prompt, 'a whole number from 0 on');
	const to = Number(prompt.text);
	const selected = selectedType(context.model, context.ui);
	const type = context.model.state.stack.processTypes.find(({ name }) => name === selected);
	const most = type?.settings.maxInstances ?? Number.POSITIVE_INFINITY;
	if (to > most) return fail(context.ui, prompt, `at most ${most} (max_instances of ${type?.name})`);
	return setCount({ ...context, ui: { ...context.ui, prompt: null } }, to);
}

function submitCommand(context: Context, prompt: Prompt): Step {
	if (prompt.text.trim() === '') return show({ ...context.ui, prompt: null });
	const parsed = parseCommand(prompt.text, context);
	if ('error' in parsed) return fail(context.ui, prompt, parsed.error);
	const ui = { ...context.ui, prompt: null, commands: remember(context.ui.commands, prompt.text) };
	if ('step' in parsed) return parsed.step({ ...context, ui });
	if (context.model.state.readOnly) return say(ui, READ_ONLY);
	const [first, ...others] = parsed.intents;
	if (first === undefined) return show(ui);
	return others.length === 0 ? intend({ ...context, ui }, first) : ask(ui, ...parsed.intents);
}

/** Nothing typed ends a search. */
function submitSearch(context: Context, { text }: Prompt): Step {
	const ui = { ...context.ui, prompt: null, logs: { ...context.ui.logs, search: text } };
	return text === '' ? show(ui) : logView.findMatch({ ...context, ui }, -1);
}

function submitOutputSearch(context: Context, { text }: Prompt): Step {
	const ui = { ...context.ui, prompt: null, output: { ...context.ui.output, search: text } };
	return text === '' ? show(ui) : outputPage.findMatch({ ...context, ui }, 1, true);
}

/** The prompt stays until the file is written: a name that cannot be taken can be mended. */
function submitSave(context: Context, prompt: Prompt): Step {
	if (prompt.text.trim() === '') return fail(context.ui, prompt, 'a file name');
	const ui = { ...context.ui, prompt: { ...prompt, error: null, waiting: true } };
	return logView.saveLines({ ...context, ui }, prompt.text.trim());
}

/** Takes what was typed. */
export function submitPrompt(context: Context): Step {
	const { ui } = context;
	const { prompt } = ui;
	if (prompt === null) return show(ui);
	switch (prompt.kind) {
		case 'count':
			return submitCount(context, prompt);
		case 'command':
			return submitCommand(context, prompt);
		case 'filter':
			return show({ ...ui, prompt: null, filter: prompt.text });
		case 'search':
			return submitSearch(context, prompt);
		case 'output-search':
			return submitOutputSearch(context, prompt);
		case 'log-filter':
			return show({ ...ui, prompt: null, logs: { ...ui.logs, filter: prompt.text } });
		case 'save':
			return submitSave(context, prompt);
	}
}

/** Closes the prompt whose file was written; one that was not stays with what is wrong. */
export function takeSaved(ui: UiState, saved: SavedLog | null): UiState {
	const { prompt } = ui;
	if (saved === null || prompt?.kind !== 'save' || !prompt.waiting) return ui;
	if (saved.error === null) return { ...ui, prompt: null };
	return { ...ui, prompt: { ...prompt, waiting: false, error: saved.error } };
}
