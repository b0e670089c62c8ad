import { type Answer, DETAILS, type Question } from '../../store/question-desk.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
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
	if (question === undefined || sheet !== below || ui.prompt !== null)
		return ui.unasked === questions.length ? ui : { ...ui, unasked: questions.length };
	const opened: QuestionSheet = {
		kind: 'question',
		question,
		waiting: questions.length,
		focused: 'no',
		text: '',
		below,
	};
	return { ...ui, sheet: opened, unasked: 0 };
}

function answerWith({ ui }: Context, answer: (sheet: QuestionSheet) => Answer): Step {
	const { sheet } = ui;
	if (sheet?.kind !== 'question') return show(ui);
	const { id } = sheet.question;
	return ask({ ...ui, sheet: sheet.below }, { kind: 'answer', id, answer: answer(sheet) });
}

export function agree(context: Context): Step {
	return answerWith(context, () => true);
}

/** Goes on with the verb, with the end of what it writes in sight. */
export function runVerb(context: Context): Step {
	const { ui } = context;
	return agree({ ...context, ui: { ...ui, output: { ...ui.output, follow: true } } });
}

/** Has the verb write more, which is then at the top of its page. */
export function showDetails(context: Context): Step {
	const { model, ui } = context;
	const { sheet } = ui;
	if (sheet?.kind !== 'question' || sheet.question.kind !== 'confirm') return show(ui);
	if (!sheet.question.hasDetails) return say(ui, 'there is no more to it than is written above');
	const output = { ...ui.output, top: model.output?.lines.length ?? 0, follow: false };
	return answerWith({ ...context, ui: { ...ui, output } }, () => DETAILS);
}

/** No to a key or a plan, nothing to what is asked for. */
export function refuse(context: Context): Step {
	return answerWith(context, () => null);
}

export function otherAnswer({ ui }: Context): Step {
	if (ui.sheet?.kind !== 'question') return show(ui);
	return show({ ...ui, sheet: { ...ui.sheet, focused: ui.sheet.focused === 'yes' ? 'no' : 'yes' } });
}

export function takeFocused(context: Context): Step {
	const { sheet } = context.ui;
	if (sheet?.kind !== 'question' || sheet.focused === 'no') return refuse(context);
	return sheet.question.kind === 'confirm' ? runVerb(context) : agree(context);
}

export function takeTyped(context: Context): Step {
	return answerWith(context, ({ text }) => text);
}
