import { logLineText, matcher } from '../log-text.ts';
import type { Model } from '../model.ts';
import { MOST_FOLLOWED, meansInstance, selectedInstance, selectedServers } from '../selection.ts';
import type { LogView, UiState } from '../ui.ts';
import { clockText } from './format.ts';
import { logRows } from './log-rows.ts';
import { bold, dim, fit, plain, type Row, type Span, span, spread } from './row.ts';
import { ruleRow } from './rule.ts';

function followText(logs: LogView): Span {
	if (logs.paused === null) return dim('following');
	return bold(`PAUSED at ${clockText(logs.pausedAt)}`, 'accent');
}

function newText(model: Model, logs: LogView): Span | null {
	if (logs.paused === null) return null;
	return plain(`${(model.log.received - logs.paused.received).toLocaleString('en')} new`);
}

/** The log below or beside the other panes: of the cell, or of the instance under the cursor. */
export function logPaneRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const focused = ui.page === 'deck' && ui.pane === 'logs' && ui.sheet === null;
	const title: Span = focused ? { ...bold('>logs<'), focus: true } : bold('logs');
	const instance = meansInstance(ui) ? selectedInstance(model, ui) : null;
	const parts = [title, ...(instance === null ? [] : [plain(instance.name)]), followText(ui.logs)];
	if (ui.logs.filter !== '') parts.push(span('accent', `only ${ui.logs.filter}`));
	if (ui.logs.search !== '') parts.push(span('accent', `/${ui.logs.search}`));
	const rule = ruleRow(parts, newText(model, ui.logs), width, model.glyphs);
	if (selectedServers(model, ui).length <= MOST_FOLLOWED)
		return [rule, ...logRows(model, ui.logs, width, height - 1)];
	const lines: Row[] = [[dim('   l shows the logs of all these servers')]];
	while (lines.length < height - 1) lines.push([]);
	return [rule, ...lines.slice(0, height - 1).map((row) => fit(row, width, model.glyphs.ellipsis))];
}

function scopeText({ state }: Model, { scope }: LogView): readonly Span[] {
	const what =
		scope.type === null ? 'all types' : scope.index === null ? scope.type : `${scope.type}.${scope.index}`;
	if (state.servers.length < 2) return [plain(what)];
	return [plain(what), plain(scope.server ?? 'all servers')];
}

function matchesText(model: Model, logs: LogView): string {
	const found = matcher(logs.search);
	if (found === null) return '';
	const passes = matcher(logs.filter);
	const window = logs.paused ?? model.log;
	const bottom = logs.paused === null ? window.length - 1 : logs.bottom;
	let count = 0;
	let position = 0;
	window.walk(0, 1, (line, index) => {
		const text = logLineText(line.text);
		if (found(text) && (passes === null || passes(text))) {
			count += 1;
			if (index <= bottom) position = count;
		}
		return true;
	});
	return count === 0 ? 'no match' : `${position} of ${count} matches`;
}

function searchRow(model: Model, logs: LogView, width: number): Row {
	const keys: Row = logs.search === '' ? [] : [bold('n'), dim(' up  '), bold('N'), dim(' down ')];
	const left: Row =
		logs.search === '' ? [] : [bold(` /${logs.search}`), dim(`  ${matchesText(model, logs)}`)];
	return spread(left, keys, width, model.glyphs.ellipsis);
}

function settingsRow(logs: LogView, width: number, ellipsis: string): Row {
	const filter = logs.filter === '' ? dim(' all lines') : span('accent', ` only lines with ${logs.filter}`);
	const right = `${logs.left > 0 ? `from column ${logs.left + 1}   ` : ''}wrap ${logs.wrap ? 'on' : 'off'}   time ${logs.time ? 'on' : 'off'} `;
	return spread([filter], [dim(right)], width, ellipsis);
}

/** The logs page between the header and the two lowest rows. */
export function logPageRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const { logs } = ui;
	const count = dim(`${(logs.paused ?? model.log).length.toLocaleString('en')} lines`);
	const rule = ruleRow(
		[bold('logs'), ...scopeText(model, logs), followText(logs)],
		newText(model, logs) ?? count,
		width,
		model.glyphs,
	);
	return [
		rule,
		...logRows(model, logs, width, height - 3),
		searchRow(model, logs, width),
		settingsRow(logs, width, model.glyphs.ellipsis),
	];
}
