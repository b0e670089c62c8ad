import { exitText } from '../../model/exit-text.ts';
import type { InstanceObservation, PastExit } from '../../model/observed.ts';
import { secondsToNextStart } from '../../store/instance-problems.ts';
import type { Cell } from '../../store/selectors.ts';
import type { Model } from '../model.ts';
import { selectedCell, selectedInstance } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { clockText, tookText } from './format.ts';
import { stateWords } from './instances.ts';
import { logRows } from './log-rows.ts';
import { commandOf } from './matrix.ts';
import { bold, dim, fit, padEnd, padStart, plain, type Row, span } from './row.ts';
import { ruleRow } from './rule.ts';

function livedMs(exit: PastExit): number {
	return Math.max(0, Date.parse(exit.at) - Date.parse(exit.startedAt));
}

function nextStartRow(instance: InstanceObservation, { server }: Cell, { state }: Model): Row {
	const seconds = secondsToNextStart(instance, state.now);
	if (seconds === null) return [dim('   now         '), plain(stateWords(instance, state.now))];
	return [
		dim('   next start  '),
		bold(`in ${String(seconds).padStart(2)} s`, 'warn'),
		// How long systemd waits depends on its version.
		dim(
			server.observation?.supervisor === 'systemd'
				? ''
				: '   (waits double up to 60 s, for ever; r retries now)',
		),
	];
}

function exitsText({ recentExits, restarts }: InstanceObservation): string {
	const last = recentExits.at(-1);
	if (last === undefined) return 'none seen';
	const same = recentExits.every((exit) => exitText(exit) === exitText(last));
	const lived = recentExits.reduce((sum, exit) => sum + livedMs(exit), 0) / recentExits.length;
	const what = same ? `${exitText(last)} each time` : `last ${exitText(last)}`;
	return `${Math.max(restarts, recentExits.length)} times, ${what}, alive ${tookText(lived)} on average`;
}

function exitRows(exits: readonly PastExit[], now: number): Row[] {
	if (exits.length === 0) return [];
	const rows = exits.map((exit): Row => {
		const waited = exit.waitedMs === null ? '' : tookText(exit.waitedMs);
		return [
			plain(`   ${clockText(Date.parse(exit.startedAt))}${padStart(tookText(livedMs(exit)), 11)}   `),
			plain(padEnd(exitText(exit), 20)),
			dim(padStart(waited, 8)),
		];
	});
	const oldest = exits[0];
	const since = oldest === undefined ? '' : clockText(Date.parse(oldest.startedAt));
	const title = `   started       lived   ${padEnd('ended', 20)}${padStart('waited', 8)}`;
	return [
		[dim('   since       '), plain(`${since}, ${tookText(now - Date.parse(oldest?.startedAt ?? ''))} ago`)],
		[],
		[dim(title)],
		...rows,
	];
}

/** The page of one instance that does not stay up: when it starts again, how it ended, what it said last. */
export function crashRows(model: Model, ui: UiState, width: number, height: number): Row[] {
	const cell = selectedCell(model, ui);
	const instance = selectedInstance(model, ui);
	const { ellipsis } = model.glyphs;
	const facts: Row[] = [];
	if (cell === null || instance === null) {
		facts.push(ruleRow([bold('this instance is gone')], null, width, model.glyphs));
	} else {
		const count = span(cell.running === cell.wanted ? 'plain' : 'warn', `${cell.running} of ${cell.wanted}`);
		const looping = instance.state === 'backoff';
		const name = bold(`${instance.name} on ${cell.server.name}`);
		const words = looping ? bold('crash loop', 'warn') : plain(stateWords(instance, model.state.now));
		facts.push(
			ruleRow([name, words, dim(commandOf(model, cell.type))], count, width, model.glyphs),
			[],
			nextStartRow(instance, cell, model),
			[dim('   exits       '), plain(exitsText(instance))],
			...exitRows(instance.recentExits, model.state.now),
			[],
		);
	}
	const shown = facts.slice(0, Math.max(1, height - 4)).map((row) => fit(row, width, ellipsis));
	return [...shown, ...lastLineRows(model, ui, instance, width, height - shown.length)];
}

function lastLineRows(
	model: Model,
	ui: UiState,
	instance: InstanceObservation | null,
	width: number,
	height: number,
): Row[] {
	const exit = instance?.lastExit ?? null;
	const title = exit === null ? 'last lines' : `last lines before ${exitText(exit)}`;
	const at = exit === null ? [] : [dim(clockText(Date.parse(exit.at)))];
	const rule = ruleRow([bold(title), ...at], dim('l all logs'), width, model.glyphs);
	return [rule, ...logRows(model, ui.logs, width, height - 1)];
}
