import { parseCommand } from '../command-line.ts';
import { selectedCell } from '../selection.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
import { openPrompt, type Prompt, type UiState } from '../ui.ts';
import { intend, READ_ONLY, setCount } from './change.ts';
import { findMatch, saveLines } from './log-view.ts';

export function promptFor(kind: Prompt['kind']): (context: Context) => Step {
	return ({ ui }) => {
		const text = kind === 'types' ? ui.typeFilter : kind === 'log-filter' ? ui.logs.filter : '';
		return show(openPrompt(ui, kind, text));
	};
}

/** Asks for a file name, offering one that tells what is in it. */
export function promptForSave({ model, ui }: Context): Step {
	const { type, index } = ui.logs.scope;
	const subject = type === null ? model.state.stack.name : index === null ? type : `${type}.${index}`;
	const time = new Date(model.state.now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
	return show(openPrompt(ui, 'save', `${subject}-${time}.log`));
}

function fail(ui: UiState, prompt: Prompt, error: string): Step {
	return show({ ...ui, prompt: { ...prompt, error } });
}

function submitCount(context: Context, prompt: Prompt): Step {
	if (!/^\d{1,9}$/.test(prompt.text)) return fail(context.ui, prompt, 'a whole number from 0 on');
	const to = Number(prompt.text);
	const cell = selectedCell(context.model, context.ui);
	const type = context.model.state.stack.processTypes.find(({ name }) => name === cell?.type);
	const most = type?.settings.maxInstances ?? Number.POSITIVE_INFINITY;
	if (to > most) return fail(context.ui, prompt, `at most ${most} (max_instances of ${type?.name})`);
	const ui = { ...context.ui, prompt: null };
	return setCount({ ...context, ui }, to);
}

function submitCommand(context: Context, prompt: Prompt): Step {
	if (prompt.text.trim() === '') return show({ ...context.ui, prompt: null });
	const parsed = parseCommand(prompt.text, context);
	if ('error' in parsed) return fail(context.ui, prompt, parsed.error);
	const ui = { ...context.ui, prompt: null, commands: [...context.ui.commands, prompt.text].slice(-50) };
	if ('step' in parsed) return parsed.step({ ...context, ui });
	if (context.model.state.readOnly) return say(ui, READ_ONLY);
	const [first, ...others] = parsed.intents;
	if (first === undefined) return show(ui);
	return others.length === 0 ? intend({ ...context, ui }, first) : ask(ui, ...parsed.intents);
}

/** Takes what was typed. */
export function submitPrompt(context: Context): Step {
	const { ui } = context;
	const { prompt } = ui;
	if (prompt === null) return show(ui);
	const closed = { ...ui, prompt: null };
	switch (prompt.kind) {
		case 'count':
			return submitCount(context, prompt);
		case 'command':
			return submitCommand(context, prompt);
		case 'types':
			return show({ ...closed, typeFilter: prompt.text });
		case 'search':
			return findMatch({ ...context, ui: { ...closed, logs: { ...ui.logs, search: prompt.text } } }, -1);
		case 'log-filter':
			return show({ ...closed, logs: { ...ui.logs, filter: prompt.text } });
		case 'save':
			if (prompt.text.trim() === '') return fail(ui, prompt, 'a file name');
			return saveLines({ ...context, ui: closed }, prompt.text.trim());
	}
}

export function cancelPrompt({ ui }: Context): Step {
	const typeFilter = ui.prompt?.kind === 'types' ? ui.prompt.initial : ui.typeFilter;
	return show({ ...ui, prompt: null, typeFilter });
}

/** What is typed filters and searches while it is typed. */
function retype(ui: UiState, prompt: Prompt, text: string): Step {
	const typed = { ...ui, prompt: { ...prompt, text, error: null } };
	if (prompt.kind === 'types') return show({ ...typed, typeFilter: text });
	if (prompt.kind === 'search') return show({ ...typed, logs: { ...ui.logs, search: text } });
	return show(typed);
}

function recall(ui: UiState, prompt: Prompt, by: number): Step {
	const position = Math.min(ui.commands.length, Math.max(0, (prompt.recalled ?? ui.commands.length) + by));
	const text = ui.commands[position] ?? '';
	return show({ ...ui, prompt: { ...prompt, text, error: null, recalled: position } });
}

const LONGEST = 1000;

/** A key while a line is typed: a character, or one of the few that edit. */
export function typeKey(context: Context, key: string): Step {
	const { ui } = context;
	const { prompt } = ui;
	if (prompt === null) return show(ui);
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
		case 'down':
			return prompt.kind === 'command' ? recall(ui, prompt, key === 'up' ? -1 : 1) : show(ui);
		case 'space':
			return retype(ui, prompt, `${prompt.text} `);
		default:
			return [...key].length === 1 ? retype(ui, prompt, (prompt.text + key).slice(0, LONGEST)) : show(ui);
	}
}

/** Pasted text goes into the line that is typed, without what is no text. */
export function pasteText({ ui }: Context, pasted: string): Step {
	if (ui.prompt === null) return say(ui, 'pasted text is only taken where a line is typed');
	const text = pasted.replaceAll(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
	return retype(ui, ui.prompt, (ui.prompt.text + text).slice(0, LONGEST));
}
