import { typeIntoSheet } from './actions/typed.ts';
import { keepPlaces } from './arrangement.ts';
import type { Binding, Place } from './keymap/binding.ts';
import { KEYMAP } from './keymap.ts';
import { type Context, type Step, say } from './steps.ts';
import type { UiState } from './ui.ts';

const ADD_PLACES = {
	typing: 'add',
	looking: 'add-looking',
	ready: 'add-ready',
	working: 'add-working',
	failed: 'add-failed',
} as const;

export function placeOf(ui: UiState): Place {
	if (ui.sheet?.kind === 'question') return ui.sheet.question.kind;
	if (ui.sheet?.kind === 'move') return ui.sheet.field === 'count' ? 'move-count' : 'move';
	if (ui.sheet?.kind === 'add') return ADD_PLACES[ui.sheet.stage];
	if (ui.sheet !== null) return ui.sheet.kind;
	if (ui.page !== 'deck') return ui.page;
	return ui.pane === 'logs' ? 'log-pane' : ui.pane;
}

/** The keys of a place; a console that changes nothing does not offer those that change something. */
export function bindingsAt(place: Place, readOnly = false): readonly Binding[] {
	return KEYMAP.filter(({ places, group }) => places.includes(place) && !(readOnly && group === 'change'));
}

/** What a key does where the user is. A key that is blocked says why, an unknown one does nothing. */
export function press(context: Context, key: string): Step {
	const place = placeOf(context.ui);
	const read: UiState = context.ui.notice === null ? context.ui : { ...context.ui, notice: null };
	const ui = place === 'formation' ? keepPlaces(context.model, read) : read;
	const binding = bindingsAt(place).find(({ keys }) => keys.includes(key));
	if (binding === undefined) return typeIntoSheet({ ...context, ui }, key);
	const reason = binding.blocked?.({ ...context, ui }) ?? null;
	return reason === null ? binding.press({ ...context, ui }) : say(ui, reason);
}
