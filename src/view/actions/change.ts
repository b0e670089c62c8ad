import type { Intent } from '../../store/intent.ts';
import type { Cell } from '../../store/selectors.ts';
import { planFor } from '../plans.ts';
import { isOnAll, meansInstance, selectedCell, selectedCells, selectedInstance } from '../selection.ts';
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
	const isFar = plan.severalTypes || intent.kind === 'undo';
	const careful = isFar || model.state.stack.environment === 'production';
	return show({ ...after, sheet: { kind: 'plan', plan, focused: careful ? 'cancel' : 'run' } });
}

function whyOutOfReach(cells: readonly Cell[]): string | null {
	const isLost = ({ server: { observation } }: Cell) =>
		observation === null || observation.connection === 'unreachable';
	if (!cells.every(isLost)) return null;
	const [first] = cells;
	if (first === undefined) return 'there is no process type here';
	if (cells.length > 1) return 'none of these servers can be reached';
	const { observation, name, connectionReason } = first.server;
	if (observation === null && connectionReason === null) return `${name} has not answered yet`;
	return `${name} cannot be reached: nothing was changed`;
}

/** Why nothing can be changed at the cursor now, or null. */
export function whyNoChange({ model, ui }: Context): string | null {
	if (model.state.readOnly) return READ_ONLY;
	return whyOutOfReach(selectedCells(model, ui));
}

/** Why the count cannot go up or down by one, or null. */
export function whyNoStep(context: Context): string | null {
	if (isOnAll(context.model, context.ui)) return 'on all servers = says how many on each';
	return whyNoChange(context);
}

/** Why what is of one server alone cannot be done here, or null. */
export function whyNotOne(context: Context): string | null {
	const { model, ui } = context;
	return isOnAll(model, ui) ? 'on all servers: go to one of them first' : null;
}

export function scaleBy(context: Context, by: number): Step {
	const cell = selectedCell(context.model, context.ui);
	if (cell === null) return show(context.ui);
	if (by < 0 && cell.wanted === 0) return say(context.ui, `${cell.type} on ${cell.server.name} is at 0`);
	return intend(context, { kind: 'scale', server: cell.server.name, type: cell.type, by });
}

/** What the cursor is on: one instance in the instances pane, else the whole type, on one server or on all. */
function cursorOf({ model, ui }: Context) {
	const cells = selectedCells(model, ui);
	const [first] = cells;
	if (first === undefined) return null;
	const { type } = first;
	const instance = meansInstance(ui) ? selectedInstance(model, ui) : null;
	const servers = cells.map(({ server }) => server.name);
	const place = `${type} on ${cells.length === 1 ? servers[0] : `these ${cells.length} servers`}`;
	return { cells, type, instance, servers, place, selectors: [{ type, index: instance?.index ?? null }] };
}

export function setCount(context: Context, to: number): Step {
	const cursor = cursorOf(context);
	if (cursor === null) return show(context.ui);
	const { type, servers } = cursor;
	const [server = ''] = servers;
	if (servers.length === 1) return intend(context, { kind: 'set-count', server, type, to });
	return intend(context, { kind: 'scale-many', servers, targets: [{ type, to }] });
}

export function restart(context: Context): Step {
	const cursor = cursorOf(context);
	if (cursor === null) return show(context.ui);
	const { cells, servers, selectors, place } = cursor;
	const nothing = cells.every(
		({ instances, known }) => instances.length === 0 || known?.stopped || known?.paused !== null,
	);
	if (nothing) return say(context.ui, `no ${place.replace(' on ', ' runs on ')}`);
	return intend(context, { kind: 'restart', servers, selectors, staleOnly: false, atOnce: false });
}

/** Stops what runs, starts what is stopped; a stack that is down is started as a whole. */
export function stopOrStart(context: Context): Step {
	const cursor = cursorOf(context);
	if (cursor === null) return show(context.ui);
	const { cells, instance, selectors, servers, place } = cursor;
	if (cells.every(({ server }) => server.observation?.power !== 'up'))
		return intend(context, { kind: 'start', servers, selectors: [] });
	const present = cells.filter(({ instances, known }) => instances.length > 0 || known?.stopped);
	if (present.length === 0) return say(context.ui, `no ${place.replace(' on ', ' runs on ')}; + starts one`);
	const stopped =
		instance === null
			? present.every(({ known }) => known?.stopped)
			: instance.state === 'stopped' || instance.state === 'failed';
	return intend(context, { kind: stopped ? 'start' : 'stop', servers, selectors });
}

export function pauseOrResume(context: Context): Step {
	const cursor = cursorOf(context);
	if (cursor === null) return show(context.ui);
	const { cells, type, servers, place } = cursor;
	const present = cells.filter(({ wanted, known }) => wanted > 0 || (known?.paused ?? null) !== null);
	if (present.length === 0) return say(context.ui, `${place} is at 0`);
	const paused = present.every(({ known }) => (known?.paused ?? null) !== null);
	return intend(context, { kind: paused ? 'resume' : 'pause', servers, types: [type] });
}

export function undoLast(context: Context): Step {
	return intend(context, { kind: 'undo' });
}
