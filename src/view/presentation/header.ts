import { isWrong, type Problem } from '../../store/problem.ts';
import { cellsOf, totalsOf } from '../../store/selectors.ts';
import { servingCounts } from '../../store/serving.ts';
import { type Flow, flowsOf, isAtWork } from '../../store/traffic.ts';
import { problemPosition } from '../actions/problem.ts';
import type { Model } from '../model.ts';
import type { ProblemMark } from '../ui.ts';
import { heldCount } from './cell.ts';
import { bold, dim, plain, type Row, rowWidth, type Span, span, spread } from './row.ts';
import { rateText } from './traffic-figures.ts';

function power({ state }: Model): readonly Span[] {
	const off = state.servers.filter(({ observation }) => observation?.power === 'down');
	if (off.length === 0) return [];
	return [span('warn', off.length === state.servers.length ? 'down; s starts' : `${off.length} down`)];
}

/** How many servers are On; what is last known has a question mark. */
function serving({ state: { balancer } }: Model): Row {
	if (balancer === null || balancer.configuration === null) return [];
	if (balancer.connection === 'stopped') return [dim('lb '), span('warn', 'stopped')];
	const { on, servers } = servingCounts(balancer);
	const count = `${on}/${servers}`;
	return [dim('lb '), isAtWork(balancer) ? plain(count) : dim(`${count}?`), dim(' on')];
}

function totalFlow({ state: { balancer, traffic } }: Model): Flow | null {
	return isAtWork(balancer) ? (flowsOf(traffic)?.total ?? null) : null;
}

/** Nothing where there are none. */
function requestErrors(model: Model): Row {
	const errors = totalFlow(model)?.errors ?? 0;
	return errors === 0 ? [] : [span('error', `${errors} err/min`)];
}

function requests(model: Model): Row {
	const flow = totalFlow(model);
	return flow === null ? [] : [plain(rateText(flow.requests)), dim(' req/s')];
}

/** What of the header is there, most wanted first. */
function facts(model: Model): readonly Row[] {
	const { state } = model;
	const { running, wanted, reachable } = totalsOf(state);
	const known = state.servers.some(({ observation }) => observation !== null);
	const count = state.servers.length;
	const up: Row = known ? [plain(`${running}/${wanted}`), dim(' up')] : [dim('starting')];
	const servers: Row =
		count > 1 ? [plain(reachable === count ? `${count}` : `${reachable}/${count}`), dim(' servers')] : [];
	const readOnly: Row = state.readOnly ? [dim('read-only')] : [];
	const traffic = [requestErrors(model), requests(model)];
	return [up, power(model), readOnly, serving(model), servers, ...traffic].filter((fact) => fact.length > 0);
}

/** How many instances a `stop` holds. */
function heldOn({ state }: Model): number {
	const cells = state.servers.flatMap((server) => cellsOf(state, server));
	return cells.reduce((sum, cell) => sum + heldCount(cell), 0);
}

function verdict(model: Model, problems: readonly Problem[]): Row {
	const { changing, stale } = totalsOf(model.state);
	const wrong = problems.filter(isWrong).length;
	if (wrong > 0) return [bold(`! ${wrong} wrong`, 'error'), plain(' ')];
	if (changing > 0) return [span('accent', `${changing} changing`), plain(' ')];
	const looks = problems.filter(({ kind }) => kind !== 'stale').length;
	if (looks > 0) return [span('warn', `${looks} to look at`), plain(' ')];
	if (stale > 0) return [span('warn', `${stale} stale`), plain(' ')];
	if (model.state.servers.every(({ observation }) => observation === null)) return [];
	const held = heldOn(model);
	return [dim(held > 0 ? `${held} held` : 'all well'), plain(' ')];
}

export function headerRow(model: Model, problems: readonly Problem[], width: number): Row {
	const { stack } = model.state;
	const right = verdict(model, problems);
	const left: Span[] = [plain(' '), bold(stack.name), plain('  '), bold(stack.environment), plain('  ')];
	for (const fact of facts(model)) {
		if (rowWidth(left) + rowWidth(fact) + 3 + rowWidth(right) >= width) break;
		left.push(plain('   '), ...fact);
	}
	return spread(left, right, width, model.glyphs.ellipsis);
}

/** The worst problem in words; blank when all is well, but always there, so that nothing moves. */
export function attentionRow(
	model: Model,
	problems: readonly Problem[],
	mark: ProblemMark,
	width: number,
): Row {
	const position = problemPosition(problems, mark);
	const problem = problems[position];
	const { ellipsis } = model.glyphs;
	if (problem === undefined) return spread([], [], width, ellipsis);
	const number = `${position + 1}/${problems.length}`;
	const left: Row = [
		plain(' '),
		bold(number, isWrong(problem) ? 'error' : 'warn'),
		plain('  '),
		bold(problem.subject),
		plain(`  ${problem.text}`),
		dim(problem.detail === null ? '' : `  ${problem.detail}`),
	];
	const look: Row = width >= 120 ? [bold('Enter'), dim(' look  ')] : [];
	return spread(left, [...look, bold('!'), dim(' next ')], width, ellipsis);
}
