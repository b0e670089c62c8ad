import type { OutputView } from '../../store/command-output.ts';
import { logLineText, matcher } from '../log-text.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
import type { OutputPage, UiState } from '../ui.ts';

/** Rows of the screen that are not lines of the page: header, rule, search, activity and keys. */
const OTHER_ROWS = 5;
const SIDEWAYS = 16;

/** Rows of the question of a verb, below what it wrote. */
const QUESTION_ROWS = 5;

/** Lines of the page on this screen. */
function pageLines({ ui, height }: Context): number {
	const taken = ui.sheet?.kind === 'question' ? QUESTION_ROWS : 0;
	return Math.max(1, height - OTHER_ROWS - taken);
}

function linesOf(view: OutputView | null): readonly string[] {
	return view?.lines ?? [];
}

/** The highest line that is shown. */
export function topLine({ top, follow }: OutputPage, count: number, room: number): number {
	const last = Math.max(0, count - room);
	return follow ? last : Math.min(top, last);
}

function withOutput(ui: UiState, output: Partial<OutputPage>): Step {
	return show({ ...ui, output: { ...ui.output, ...output } });
}

function scrollTo(context: Context, top: number): Step {
	const { model, ui } = context;
	const last = Math.max(0, linesOf(model.output).length - pageLines(context));
	return withOutput(ui, { top: Math.min(last, Math.max(0, top)), follow: false });
}

export function scrollLines(context: Context, by: number): Step {
	const { model, ui } = context;
	const count = linesOf(model.output).length;
	return scrollTo(context, topLine(ui.output, count, pageLines(context)) + by);
}

export function scrollPages(context: Context, by: number): Step {
	return scrollLines(context, by * Math.max(1, pageLines(context) - 1));
}

export function scrollToTop(context: Context): Step {
	return scrollTo(context, 0);
}

/** Shows the end, and what comes after it. */
export function followEnd({ ui }: Context): Step {
	return withOutput(ui, { follow: true });
}

export function scrollSideways({ ui }: Context, by: 1 | -1): Step {
	return withOutput(ui, { left: Math.max(0, ui.output.left + by * SIDEWAYS) });
}

/** Puts the next line that has the search in it at the top, or as near as the end allows. */
export function findMatch(context: Context, step: 1 | -1, isFirst = false): Step {
	const { model, ui } = context;
	const { search, follow, top } = ui.output;
	const found = matcher(search);
	if (found === null) return say(ui, 'nothing to search for; / types it');
	const lines = linesOf(model.output);
	// At the end the match cannot be the highest line: the next one is after it, not after what is.
	const here = follow ? topLine(ui.output, lines.length, pageLines(context)) : top;
	for (let line = isFirst ? here : here + step; line >= 0 && line < lines.length; line += step) {
		if (found(logLineText(lines[line]!))) return withOutput(ui, { top: line, follow: false });
	}
	return say(ui, `no ${step < 0 ? 'earlier' : 'later'} line has ${search}`);
}

/** Asks the verb to end; where it has, the page closes. */
export function interrupt(context: Context): Step {
	const runs = context.model.output?.exit === null;
	return runs ? ask(context.ui, { kind: 'interrupt-verb' }) : leave(context);
}

export function leave({ ui }: Context): Step {
	return show({ ...ui, page: ui.output.back });
}
