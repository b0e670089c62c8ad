import { latestOutcomes } from '../../store/activity.ts';
import { outcomeRowCount } from '../presentation/outcomes-page.ts';
import { type Context, type Step, show } from '../steps.ts';

/** Why there is nothing to show, or null. */
export function whyNoOutcomes({ model }: Context): string | null {
	return latestOutcomes(model.state) === null ? 'this console has changed nothing yet' : null;
}

export function openOutcomes({ ui }: Context): Step {
	return show({ ...ui, page: 'outcomes', outcomesTop: 0 });
}

/** Rows of the screen that are not servers: header, rule, sums, activity and keys. */
const OTHER_ROWS = 5;

/** Rows of servers in a screen of this height. */
function outcomeLines(screenHeight: number): number {
	return Math.max(1, screenHeight - OTHER_ROWS);
}

export function scrollOutcomes({ model, ui, width, height }: Context, by: number): Step {
	const last = Math.max(0, outcomeRowCount(model, width) - outcomeLines(height));
	return show({ ...ui, outcomesTop: Math.min(last, Math.max(0, ui.outcomesTop + by)) });
}

export function scrollOutcomePages(context: Context, by: number): Step {
	return scrollOutcomes(context, by * Math.max(1, outcomeLines(context.height) - 1));
}
