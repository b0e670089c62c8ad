import { planFor } from '../plans.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';

/** The first `?` shows the keys of the pane, the second all of them. */
export function help({ ui }: Context): Step {
	const all = ui.sheet?.kind === 'help' && !ui.sheet.all;
	return show({ ...ui, sheet: { kind: 'help', all, top: 0 } });
}

export function closeSheet({ ui }: Context): Step {
	return show({ ...ui, sheet: null });
}

export function scrollHelp({ ui }: Context, by: number): Step {
	if (ui.sheet?.kind !== 'help') return show(ui);
	return show({ ...ui, sheet: { ...ui.sheet, top: Math.max(0, ui.sheet.top + by) } });
}

/** Does what the sheet says; where somebody has changed what it is about since it opened, it asks once more. */
export function runPlan({ model, ui }: Context): Step {
	if (ui.sheet?.kind !== 'plan') return show(ui);
	const { intent, basis } = ui.sheet.plan;
	const present = planFor(model.state, intent);
	if (present === null) return say({ ...ui, sheet: null }, 'it changed meanwhile: nothing of this runs now');
	if (present.basis === basis) return ask({ ...ui, sheet: null }, intent);
	const sheet = { kind: 'plan', plan: present, focused: 'cancel' } as const;
	return say({ ...ui, sheet }, 'it changed meanwhile: this is the plan now; y does it');
}

/** As {@link runPlan}, with the key that opened the plan of an undo. */
export function undoAgain(context: Context): Step {
	const { sheet } = context.ui;
	return sheet?.kind === 'plan' && sheet.plan.intent.kind === 'undo' ? runPlan(context) : show(context.ui);
}

export function otherButton({ ui }: Context): Step {
	if (ui.sheet?.kind !== 'plan') return show(ui);
	return show({ ...ui, sheet: { ...ui.sheet, focused: ui.sheet.focused === 'run' ? 'cancel' : 'run' } });
}

export function takeButton(context: Context): Step {
	const { sheet } = context.ui;
	return sheet?.kind === 'plan' && sheet.focused === 'run' ? runPlan(context) : closeSheet(context);
}
