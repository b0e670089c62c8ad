import { problemsOf } from '../../store/problems.ts';
import { selectedCell, selectedInstance, selectedServer, selectedType, visibleTypes } from '../selection.ts';
import { type Context, type Step, say, show } from '../steps.ts';
import type { Pane, UiState } from '../ui.ts';
import { openLogs, scrollLines } from './log-view.ts';

function neighbour<T>(items: readonly T[], current: T | null, by: number): T | null {
	if (items.length === 0) return null;
	const position = current === null ? 0 : Math.max(0, items.indexOf(current));
	return items[Math.min(items.length - 1, Math.max(0, position + by))] ?? null;
}

function moveInstance({ model, ui }: Context, by: number): Step {
	const names = selectedCell(model, ui)?.instances.map(({ name }) => name) ?? [];
	const instance = neighbour(names, selectedInstance(model, ui)?.name ?? null, by);
	return show({ ...ui, instance });
}

export function moveVertically(context: Context, by: number): Step {
	const { model, ui } = context;
	if (ui.pane === 'logs') return scrollLines(context, by);
	if (ui.pane === 'instances') return moveInstance(context, by);
	const type = neighbour(visibleTypes(model, ui), selectedType(model, ui), by);
	return show(follow({ ...ui, type, instance: null }));
}

export function moveHorizontally({ model, ui }: Context, by: number): Step {
	const names = model.state.servers.map(({ name }) => name);
	const server = neighbour(names, selectedServer(model, ui)?.name ?? null, by);
	return show(follow({ ...ui, server, instance: null }));
}

/** The log pane goes with the cursor: a pause belongs to what it was made on. */
function follow(ui: UiState): UiState {
	return { ...ui, logs: { ...ui.logs, paused: null, left: 0 } };
}

const PANES: readonly Pane[] = ['formation', 'instances', 'logs'];

export function nextPane({ ui }: Context, by: number): Step {
	const position = (PANES.indexOf(ui.pane) + by + PANES.length) % PANES.length;
	return show({ ...ui, pane: PANES[position] ?? 'formation' });
}

/** One level in: from a cell to its instances, from an instance to its crash loop or its log. */
export function enter(context: Context): Step {
	const { model, ui } = context;
	if (ui.pane === 'logs') return openLogs(context);
	if (ui.pane === 'formation') return show({ ...ui, pane: 'instances', instance: null });
	const instance = selectedInstance(model, ui);
	if (instance === null) return say(ui, 'no instance here; + starts one');
	const crashed = instance.state === 'backoff' || instance.state === 'failed';
	return crashed ? show({ ...ui, page: 'crash', instance: instance.name }) : openLogs(context);
}

/** Back to the deck. What was searched on the page of logs was searched there. */
function leavePage(ui: UiState): UiState {
	const { logs } = follow(ui);
	return { ...ui, page: 'deck', logs: ui.page === 'logs' ? { ...logs, search: '' } : logs };
}

/** One level out. */
export function back({ ui }: Context): Step {
	if (ui.page !== 'deck') return show(leavePage(ui));
	if (ui.pane === 'logs' && (ui.logs.paused !== null || ui.logs.search !== '')) {
		return show({ ...ui, logs: { ...follow(ui).logs, search: '' } });
	}
	if (ui.pane !== 'formation') return show({ ...ui, pane: 'formation' });
	return show({ ...ui, typeFilter: '' });
}

/** Puts the cursor on the problem in the attention line, or from there on the next one. */
export function nextProblem({ model, ui }: Context): Step {
	const problems = problemsOf(model.state);
	if (problems.length === 0) return say(ui, 'all well');
	const here = problems[ui.problem % problems.length];
	const onIt =
		here !== undefined &&
		here.server === selectedServer(model, ui)?.name &&
		(here.type === null || here.type === selectedType(model, ui)) &&
		(here.instance === null ||
			(ui.pane === 'instances' && here.instance === selectedInstance(model, ui)?.name));
	const problem = onIt ? (ui.problem + 1) % problems.length : ui.problem % problems.length;
	const target = problems[problem];
	if (target === undefined) return show(ui);
	return show(
		follow({
			...leavePage(ui),
			problem,
			typeFilter: '',
			server: target.server,
			type: target.type ?? ui.type,
			instance: target.instance,
			pane: target.instance === null ? 'formation' : 'instances',
		}),
	);
}
