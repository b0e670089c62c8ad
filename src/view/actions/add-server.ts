import type { NewServer } from '../../store/new-server.ts';
import { ask, type Context, type Step, show } from '../steps.ts';
import type { AddSheet, UiState } from '../ui.ts';

export function openAdd({ ui }: Context): Step {
	const sheet: AddSheet = {
		kind: 'add',
		stage: 'typing',
		name: '',
		place: '',
		field: 'name',
		focused: 'cancel',
		showsOutput: false,
	};
	return show({ ...ui, sheet });
}

function withSheet({ ui }: Context, update: (sheet: AddSheet) => Step | AddSheet): Step {
	if (ui.sheet?.kind !== 'add') return show(ui);
	const updated = update(ui.sheet);
	return 'kind' in updated ? show({ ...ui, sheet: updated }) : updated;
}

export function otherField(context: Context): Step {
	return withSheet(context, (sheet) => ({ ...sheet, field: sheet.field === 'name' ? 'place' : 'name' }));
}

export function otherButton(context: Context): Step {
	return withSheet(context, (sheet) => ({ ...sheet, focused: sheet.focused === 'add' ? 'cancel' : 'add' }));
}

/** Has the server looked at; where a field is empty, that is gone to first. */
export function checkTyped(context: Context): Step {
	return withSheet(context, (sheet) => {
		const { name, place } = sheet;
		if (name.trim() === '') return { ...sheet, field: 'name' };
		if (place.trim() === '') return { ...sheet, field: 'place' };
		const looking: AddSheet = { ...sheet, stage: 'looking' };
		return ask({ ...context.ui, sheet: looking }, { kind: 'check-server', name, place });
	});
}

export function addServer(context: Context): Step {
	return withSheet(context, (sheet) =>
		ask({ ...context.ui, sheet: { ...sheet, stage: 'working' } }, { kind: 'add-server' }),
	);
}

/** Goes on after a step that failed. */
export function goOn(context: Context): Step {
	return withSheet(context, (sheet) =>
		ask({ ...context.ui, sheet: { ...sheet, stage: 'looking' } }, { kind: 'retry-server' }),
	);
}

export function toggleOutput(context: Context): Step {
	return withSheet(context, (sheet) => ({ ...sheet, showsOutput: !sheet.showsOutput }));
}

export function takeFocused(context: Context): Step {
	const { sheet } = context.ui;
	return sheet?.kind === 'add' && sheet.focused === 'add' ? addServer(context) : leave(context);
}

export function leave({ ui }: Context): Step {
	return ask({ ...ui, sheet: null }, { kind: 'leave-server' });
}

/** Goes with what has become of the server. In production the button that adds has to be gone to. */
export function takeNewServer(ui: UiState, newServer: NewServer | null, isProduction: boolean): UiState {
	const { sheet } = ui;
	if (sheet?.kind !== 'add' || sheet.stage === 'typing' || sheet.stage === 'ready') {
		const isWorking = sheet?.kind === 'add' && newServer?.stage === 'working';
		return isWorking ? { ...ui, sheet: { ...sheet, stage: 'working' } } : ui;
	}
	// It is one of the servers now.
	if (newServer === null) return sheet.stage === 'working' ? { ...ui, sheet: null } : ui;
	const stage = newServer.stage === 'refused' ? 'typing' : newServer.stage;
	if (stage === sheet.stage || (stage === 'ready' && sheet.stage === 'working')) return ui;
	const focused = isProduction ? 'cancel' : 'add';
	return { ...ui, sheet: { ...sheet, stage, focused: stage === 'ready' ? focused : sheet.focused } };
}
