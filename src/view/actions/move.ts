import type { ServerEntry } from '../../store/console-store.ts';
import type { Intent } from '../../store/intent.ts';
import { cellOf, isReachable, serverNamed } from '../../store/selectors.ts';
import type { Model } from '../model.ts';
import { selectedCell } from '../selection.ts';
import { type Context, type Step, say, show } from '../steps.ts';
import type { MoveSheet } from '../ui.ts';
import { intend, whyNoChange, whyNotOne } from './change.ts';

/** Why nothing can be moved, or null. */
export function whyNoMove(context: Context): string | null {
	if (context.model.state.servers.length < 2) return 'there is only one server';
	return whyNotOne(context) ?? whyNoChange(context);
}

export function openMove({ model, ui }: Context): Step {
	const cell = selectedCell(model, ui);
	if (cell === null) return show(ui);
	const from = cell.server.name;
	if (cell.wanted === 0) return say(ui, `${cell.type} on ${from} is at 0: nothing to move`);
	// Where there is one place to go, there is only how many to say.
	const field = model.state.servers.length === 2 ? 'count' : 'server';
	const sheet: MoveSheet = { kind: 'move', type: cell.type, from, filter: '', to: null, count: null, field };
	return show({ ...ui, sheet });
}

/** The servers that instances can be moved to, as the filter leaves them. */
export function moveTargets({ state }: Model, { from, filter }: MoveSheet): readonly ServerEntry[] {
	const wanted = filter.trim().toLowerCase();
	return state.servers.filter(({ name }) => name !== from && name.toLowerCase().includes(wanted));
}

export function moveTarget(model: Model, sheet: MoveSheet): ServerEntry | null {
	const targets = moveTargets(model, sheet);
	return targets.find(({ name }) => name === sheet.to) ?? targets[0] ?? null;
}

/** How many there are to be moved. */
export function movable({ state }: Model, { from, type }: MoveSheet): number {
	const source = serverNamed(state, from);
	return source === null ? 0 : cellOf(state, source, type).wanted;
}

export function chooseTarget({ model, ui }: Context, by: number): Step {
	const { sheet } = ui;
	if (sheet?.kind !== 'move') return show(ui);
	const names = moveTargets(model, sheet).map(({ name }) => name);
	const here = names.indexOf(moveTarget(model, sheet)?.name ?? '');
	const to = names[Math.min(names.length - 1, Math.max(0, here + by))] ?? null;
	return show({ ...ui, sheet: { ...sheet, to } });
}

export function stepCount({ model, ui }: Context, by: number): Step {
	const { sheet } = ui;
	if (sheet?.kind !== 'move') return show(ui);
	const most = movable(model, sheet);
	const count = Math.min(most, Math.max(1, (sheet.count ?? most) + by));
	return show({ ...ui, sheet: { ...sheet, count: count === most ? null : count } });
}

export function otherField({ ui }: Context): Step {
	const { sheet } = ui;
	if (sheet?.kind !== 'move') return show(ui);
	return show({ ...ui, sheet: { ...sheet, field: sheet.field === 'server' ? 'count' : 'server' } });
}

/** What the sheet would do now, or why it can do nothing. */
export function moveIntent(model: Model, sheet: MoveSheet): Intent | string {
	const { type, from, count } = sheet;
	const target = moveTarget(model, sheet);
	const most = movable(model, sheet);
	if (target === null) return `no other server has ${sheet.filter}`;
	if (!isReachable(target)) return `${target.name} cannot be reached`;
	if (most === 0) return `${type} on ${from} is at 0: nothing to move`;
	if (count !== null && count > most) return `${from} has ${most} of ${type}`;
	return { kind: 'move', type, from, to: target.name, count: count === most ? null : count };
}

/** Moves; in production the plan is asked about once more. */
export function runMove(context: Context): Step {
	const { model, ui } = context;
	if (ui.sheet?.kind !== 'move') return show(ui);
	const intent = moveIntent(model, ui.sheet);
	if (typeof intent === 'string') return say(ui, intent);
	return intend({ ...context, ui: { ...ui, sheet: null } }, intent);
}
