import type { Intent } from '../../store/intent.ts';
import { planFor } from '../plans.ts';
import { meansInstance, selectedCell, selectedInstance } from '../selection.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
import type { UiState } from '../ui.ts';

export const READ_ONLY = 'read-only: this console changes nothing';

/** Why a console that only looks does nothing, or null. */
export function readOnly({ model }: Context): string | null {
	return model.state.readOnly ? READ_ONLY : null;
}

/** Shows the plan of an intent that can hurt; asks for any other at once. */
export function intend({ model, ui }: Context, intent: Intent, after: UiState = ui): Step {
	const plan = planFor(model.state, intent);
	if (plan === null) return ask(after, intent);
	const careful = plan.severalTypes || model.state.stack.environment === 'production';
	return show({ ...after, sheet: { kind: 'plan', plan, focused: careful ? 'cancel' : 'run' } });
}

/** Why nothing can be changed at the cursor now, or null. */
export function whyNoChange({ model, ui }: Context): string | null {
	if (model.state.readOnly) return READ_ONLY;
	const cell = selectedCell(model, ui);
	if (cell === null) return 'there is no process type here';
	const { observation, name } = cell.server;
	if (observation === null) return `${name} has not answered yet`;
	return observation.connection === 'unreachable' ? `${name} cannot be reached` : null;
}

export function scaleBy(context: Context, by: number): Step {
	const cell = selectedCell(context.model, context.ui);
	if (cell === null) return show(context.ui);
	if (by < 0 && cell.wanted === 0) return say(context.ui, `${cell.type} on ${cell.server.name} is at 0`);
	return intend(context, { kind: 'scale', server: cell.server.name, type: cell.type, by });
}

export function setCount(context: Context, to: number): Step {
	const cell = selectedCell(context.model, context.ui);
	if (cell === null) return show(context.ui);
	return intend(context, { kind: 'set-count', server: cell.server.name, type: cell.type, to });
}

/** The selectors of the cursor: one instance in the instances pane, else the whole type. */
function selectorsAtCursor({ model, ui }: Context) {
	const cell = selectedCell(model, ui);
	if (cell === null) return null;
	const instance = meansInstance(ui) ? selectedInstance(model, ui) : null;
	return { cell, instance, selectors: [{ type: cell.type, index: instance?.index ?? null }] };
}

export function restart(context: Context): Step {
	const cursor = selectorsAtCursor(context);
	if (cursor === null) return show(context.ui);
	const { cell, selectors } = cursor;
	const held = cell.known?.stopped || cell.known?.paused !== null;
	if (cell.instances.length === 0 || held)
		return say(context.ui, `no ${cell.type} runs on ${cell.server.name}`);
	return intend(context, {
		kind: 'restart',
		servers: [cell.server.name],
		selectors,
		staleOnly: false,
		atOnce: false,
	});
}

/** Stops what runs, starts what is stopped; a stack that is down is started as a whole. */
export function stopOrStart(context: Context): Step {
	const cursor = selectorsAtCursor(context);
	if (cursor === null) return show(context.ui);
	const { cell, instance, selectors } = cursor;
	const servers = [cell.server.name];
	if (cell.server.observation?.power !== 'up')
		return intend(context, { kind: 'start', servers, selectors: [] });
	const stopped =
		instance === null ? cell.known?.stopped : instance.state === 'stopped' || instance.state === 'failed';
	if (stopped) return intend(context, { kind: 'start', servers, selectors });
	if (cell.instances.length === 0)
		return say(context.ui, `no ${cell.type} runs on ${cell.server.name}; + starts one`);
	return intend(context, { kind: 'stop', servers, selectors });
}

export function pauseOrResume(context: Context): Step {
	const cell = selectedCell(context.model, context.ui);
	if (cell === null) return show(context.ui);
	const kind = cell.known?.paused === null ? 'pause' : 'resume';
	if (kind === 'pause' && cell.wanted === 0)
		return say(context.ui, `${cell.type} on ${cell.server.name} is at 0`);
	return intend(context, { kind, servers: [cell.server.name], types: [cell.type] });
}

/** Why nothing can be moved, or null. */
export function whyNoMove(context: Context): string | null {
	if (context.model.state.servers.length < 2) return 'there is only one server';
	return whyNoChange(context);
}

export function openMove({ model, ui }: Context): Step {
	const cell = selectedCell(model, ui);
	if (cell === null) return show(ui);
	const from = cell.server.name;
	if (cell.wanted === 0) return say(ui, `${cell.type} on ${from} is at 0: nothing to move`);
	const targets = model.state.servers.map(({ name }) => name).filter((name) => name !== from);
	return show({ ...ui, sheet: { kind: 'move', type: cell.type, from, targets, chosen: 0 } });
}

export function undoLast({ ui }: Context): Step {
	return ask(ui, { kind: 'undo' });
}
