import { isOfBalancer, type Problem, problemKey } from '../../store/problem.ts';
import { problemsOf } from '../../store/problems.ts';
import { selectedInstance, selectedServer, selectedType } from '../selection.ts';
import { type Context, type Step, say, show } from '../steps.ts';
import type { ProblemMark, UiState } from '../ui.ts';
import { follow, leavePage } from './navigate.ts';

/** The position of the problem that is looked at; where it is over, of what came to its place. */
export function problemPosition(problems: readonly Problem[], { key, position }: ProblemMark): number {
	const present = key === null ? -1 : problems.findIndex((problem) => problemKey(problem) === key);
	if (present !== -1) return present;
	return problems.length === 0 ? 0 : position % problems.length;
}

function isOn({ model, ui }: Context, problem: Problem): boolean {
	const { server, type, instance } = problem;
	if (isOfBalancer(problem)) return ui.page === 'balancer' && ui.server === server;
	return (
		server === selectedServer(model, ui)?.name &&
		(type === null || type === selectedType(model, ui)) &&
		(instance === null || (ui.pane === 'instances' && instance === selectedInstance(model, ui)?.name))
	);
}

/** Puts the cursor on the problem in the attention line, or from there on the next one. */
export function nextProblem(context: Context): Step {
	const { model, ui } = context;
	const problems = problemsOf(model.state);
	const here = problemPosition(problems, ui.problem);
	const present = problems[here];
	if (present === undefined) return say(ui, 'all well');
	const wasGone = ui.problem.key !== null && problemKey(present) !== ui.problem.key;
	const position = !wasGone && isOn(context, present) ? (here + 1) % problems.length : here;
	const target = problems[position] ?? present;
	return show(follow(withCursorOn(leavePage(ui), target, position)));
}

function withCursorOn(ui: UiState, target: Problem, position: number): UiState {
	const { server, type, instance } = target;
	return {
		...ui,
		page: isOfBalancer(target) ? 'balancer' : ui.page,
		problem: { key: problemKey(target), position },
		filter: '',
		kept: null,
		server,
		type: type ?? ui.type,
		instance,
		pane: instance === null ? 'formation' : 'instances',
	};
}
