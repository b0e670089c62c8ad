import type { BalancerObservation } from '../../model/balancer.ts';
import { balancerName } from '../../store/balancer-problems.ts';
import { servingCounts } from '../../store/serving.ts';
import { isAtWork } from '../../store/traffic.ts';
import type { Model } from '../model.ts';
import { selectedTraffic } from '../traffic-selection.ts';
import type { UiState } from '../ui.ts';
import { bold, dim, fit, plain, type Row, type Span, span } from './row.ts';
import { ruleRow } from './rule.ts';
import { backendRows, backendsHeight } from './traffic-backends.ts';
import { remarkRows } from './traffic-remarks.ts';
import { trafficServerRows, trafficServersHeight } from './traffic-servers.ts';

/** From this width on the title has room for how it is set. */
const WITH_SETTINGS = 100;

/** `3 of 4 on`, or why that is not known. */
function countSpan(balancer: BalancerObservation): Span {
	const { on, servers } = servingCounts(balancer);
	const text = `${on} of ${servers} on`;
	if (isAtWork(balancer)) return plain(text);
	return balancer.connection === 'stopped' ? span('error', 'stopped') : dim(`${text}?`);
}

function titleRow(balancer: BalancerObservation, { glyphs }: Model, width: number): Row {
	const { configuration } = balancer;
	const parts: Span[] = [bold('Load balancer')];
	if (configuration === null) return ruleRow(parts, null, width, glyphs);
	const { port, algorithm, healthCheck, certificate } = configuration.settings;
	parts.push(plain(`${balancerName(balancer)}, :${port} ${glyphs.arrow} web`));
	const secured = certificate === null ? '' : 'https, ';
	if (width >= WITH_SETTINGS) parts.push(dim(`${secured}${algorithm}, checks GET ${healthCheck}`));
	return ruleRow(parts, countSpan(balancer), width, glyphs);
}

/** What is there while the load balancer has nothing to show, and what can be done about it. */
function emptyRows({ state, glyphs }: Model, width: number): Row[] {
	const { balancer, stack, readOnly } = state;
	const home = stack.loadBalancer?.server ?? null;
	const title = ruleRow([bold('Load balancer')], null, width, glyphs);
	if (home !== null && balancer === null) return [title, [], [dim(`   asking ${home} what it is like`)]];
	const isLost = home !== null && balancer !== null && balancer.connection !== 'connected';
	if (isLost)
		return [
			title,
			[],
			[span('warn', `   it cannot be reached: ${balancer.reason ?? 'it does not say why'}`)],
		];
	const words =
		home === null
			? `${stack.name} has no load balancer: nothing spreads its web traffic over instances and servers.`
			: `The stack file has a load balancer on ${home}, which is not set up there.`;
	const key: Row = readOnly ? [] : [plain('   '), bold('a'), plain('  sets one up on a server: asks which')];
	const same: Row = [dim('      same as   '), plain(`procdeck lb add ${home ?? 'SERVER'}`)];
	return [title, [], [plain(`   ${words}`)], [], key, same];
}

/** The servers, what is to be said of them, and below as much of the instances of one as there is room for. */
function serversPage(model: Model, ui: UiState, width: number, height: number): Row[] {
	const remarks = remarkRows(model, width);
	const below = remarks.length === 0 ? [] : [[], ...remarks];
	const wanted = trafficServersHeight(model);
	const room = Math.max(2, Math.min(wanted, height - Math.min(below.length, Math.ceil(height / 2))));
	const rows = [...trafficServerRows(model, ui, width, room), ...below];
	const left = height - rows.length - 1;
	const hasBackends = (selectedTraffic(model, ui)?.serving?.backends.length ?? 0) > 0;
	if (hasBackends && left >= Math.min(4, backendsHeight(model, ui)))
		rows.push([], ...backendRows(model, ui, width, left));
	return rows;
}

function backendsPage(model: Model, ui: UiState, width: number, height: number): Row[] {
	const remarks = remarkRows(model, width);
	const below = remarks.length === 0 ? [] : [[], ...remarks];
	const room = Math.max(3, Math.min(backendsHeight(model, ui), height - Math.min(below.length, height / 2)));
	return [...backendRows(model, ui, width, Math.floor(room)), ...below];
}

/** Web traffic by server, or by instance of one server, between the header and the two lowest rows. */
export function balancerRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const { balancer } = model.state;
	const page = ui.page === 'backends' ? backendsPage : serversPage;
	const rows =
		balancer === null || balancer.configuration === null
			? emptyRows(model, width)
			: [titleRow(balancer, model, width), ...page(model, ui, width, height - 1)];
	while (rows.length < height) rows.push([]);
	return rows.slice(0, height).map((row) => fit(row, width, model.glyphs.ellipsis));
}
