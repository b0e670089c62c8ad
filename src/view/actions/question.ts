import type { Answer, Question } from '../../store/question-desk.ts';
import { ask, type Context, type Step, show } from '../steps.ts';
import type { QuestionSheet, UiState } from '../ui.ts';

/**
 * Shows the oldest question, and takes away one that is answered. What is open otherwise stays: nobody shall answer what
 * came under their fingers. A server that is looked at waits for its own questions, so these come over that.
 */
export function takeQuestion(ui: UiState, questions: readonly Question[]): UiState {
	const [question] = questions;
	const { sheet } = ui;
	if (sheet?.kind === 'question') {
		if (question?.id === sheet.question.id)
			return sheet.waiting === questions.length
				? ui
				: { ...ui, sheet: { ...sheet, waiting: questions.length } };
		return takeQuestion({ ...ui, sheet: sheet.below }, questions);
	}
	const below = sheet?.kind === 'add' && sheet.stage === 'looking' ? sheet : null;
	if (question === undefined || sheet !== below || ui.prompt !== null) return ui;
	const opened: QuestionSheet = {
		kind: 'question',
		question,
		waiting: questions.length,
		focused: 'no',
		text: '',
		below,
	};
	return { ...ui, sheet: opened };
}

function answerWith({ ui }: Context, answer: (sheet: QuestionSheet) => Answer): Step {
	const { sheet } = ui;
	if (sheet?.kind !== 'question') return show(ui);
	const { id } = sheet.question;
	return ask({ ...ui, sheet: sheet.below }, { kind: 'answer', id, answer: answer(sheet) });
}

export function trust(context: Context): Step {
	return answerWith(context, () => true);
}

/** No to a key, nothing to what is asked for. */
export function refuse(context: Context): Step {
	return answerWith(context, () => null);
}

export function otherAnswer({ ui }: Context): Step {
	if (ui.sheet?.kind !== 'question') return show(ui);
	return show({ ...ui, sheet: { ...ui.sheet, focused: ui.sheet.focused === 'yes' ? 'no' : 'yes' } });
}

export function takeFocused(context: Context): Step {
	return answerWith(context, ({ focused }) => focused === 'yes');
}

export function takeTyped(context: Context): Step {
	return answerWith(context, ({ text }) => text);
}
