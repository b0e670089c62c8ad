import type { Intent } from '../../store/intent.ts';
import { ask, type Context, type Step, show } from '../steps.ts';
import type { AddSheet, MoveSheet, QuestionSheet, UiState } from '../ui.ts';

const LONGEST = 1000;
const LONGEST_COUNT = 9;

type Edit = (text: string) => string;

function appending(typed: string): Edit {
	return (text) => (text + typed).slice(0, LONGEST);
}

/** What a key does to what is typed; null where it does nothing. */
function editOf(key: string): Edit | null {
	if (key === 'backspace') return (text) => [...text].slice(0, -1).join('');
	if (key === 'ctrl-u') return () => '';
	if (key === 'space') return appending(' ');
	return [...key].length === 1 ? appending(key) : null;
}

function editMove(sheet: MoveSheet, edit: Edit): MoveSheet {
	if (sheet.field === 'server') return { ...sheet, filter: edit(sheet.filter), to: null };
	const digits = edit(sheet.count === null ? '' : String(sheet.count));
	if (!/^\d*$/.test(digits) || digits.length > LONGEST_COUNT) return sheet;
	// None is no move: what is typed begins anew.
	return { ...sheet, count: Number(digits) === 0 ? null : Number(digits) };
}

function editAdd(sheet: AddSheet, edit: Edit): AddSheet {
	return sheet.stage === 'typing' ? { ...sheet, [sheet.field]: edit(sheet[sheet.field]) } : sheet;
}

function lookUp({ place }: AddSheet): Intent {
	return { kind: 'look-up-place', place };
}

function editAnswer(sheet: QuestionSheet, edit: Edit): QuestionSheet {
	return sheet.question.kind === 'answer' ? { ...sheet, text: edit(sheet.text) } : sheet;
}

function editSheet(ui: UiState, edit: Edit): Step {
	if (ui.sheet?.kind === 'move') return show({ ...ui, sheet: editMove(ui.sheet, edit) });
	if (ui.sheet?.kind === 'add') {
		const sheet = editAdd(ui.sheet, edit);
		const intents = sheet.place === ui.sheet.place ? [] : [lookUp(sheet)];
		return ask({ ...ui, sheet }, ...intents);
	}
	if (ui.sheet?.kind === 'question') return show({ ...ui, sheet: editAnswer(ui.sheet, edit) });
	return show(ui);
}

/** A key that is bound to nothing is typed where something is typed. */
export function typeIntoSheet({ ui }: Context, key: string): Step {
	const edit = editOf(key);
	return edit === null ? show(ui) : editSheet(ui, edit);
}

/** Whether a sheet is open that text can be typed into. */
export function takesText({ sheet }: UiState): boolean {
	switch (sheet?.kind) {
		case 'move':
			return true;
		case 'add':
			return sheet.stage === 'typing';
		case 'question':
			return sheet.question.kind === 'answer';
		default:
			return false;
	}
}

export function pasteIntoSheet({ ui }: Context, text: string): Step {
	return editSheet(ui, appending(text));
}
