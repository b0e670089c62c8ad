import { exitText } from '../../model/exit-text.ts';
import type { InstanceObservation, PastExit } from '../../model/observed.ts';
import { exitCount, secondsToNextStart } from '../../store/instance-problems.ts';
import { sinceSeenText } from '../../store/problems.ts';
import { type Cell, isReachable } from '../../store/selectors.ts';
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

function nextStartRow(instance: InstanceObservation, cell: Cell, { state }: Model): Row {
	const { observation } = cell.server;
	if (observation !== null && !isReachable(cell.server)) {
		const seen = `${cell.server.name} seen ${sinceSeenText(observation, state.now)} ago`;
		return [dim('   next start  '), plain('not known, '), span('warn', seen)];
	}
	const seconds = secondsToNextStart(instance, state.now);
	if (seconds === null) return [dim('   now         '), plain(stateWords(instance, cell, state.now))];
	return [
		dim('   next start  '),
		bold(`in ${String(seconds).padStart(2)} s`, 'warn'),
		// How long systemd waits depends on its version.
		dim(
			observation?.supervisor === 'systemd'
				? '   (for ever; r retries now)'
				: '   (waits double up to 60 s, for ever; r retries now)',
		),
	];
}

function timesText(count: number): string {
	return `${count} ${count === 1 ? 'time' : 'times'}`;
}

/** Of how those exits were that are known. */
function alikeText(exits: readonly PastExit[]): string {
	const [last] = exits.slice(-1);
	if (last === undefined) return 'none seen';
	const same = exits.every((exit) => exitText(exit) === exitText(last));
	const lived = exits.reduce((sum, exit) => sum + livedMs(exit), 0) / exits.length;
	const what = exits.length > 1 && same ? `${exitText(last)} each time` : `last ${exitText(last)}`;
	return `${what}, alive ${tookText(lived)}${exits.length > 1 ? ' on average' : ''}`;
}

function sinceText(exits: readonly PastExit[], now: number): string {
	const startedAt = Date.parse(exits[0]?.startedAt ?? '');
	return `${clockText(startedAt)}, ${tookText(now - startedAt)} ago`;
}

/** How many exits there were, and how those were that are known: where these are not all of them, apart. */
function exitsRows(instance: InstanceObservation, now: number): Row[] {
	const { recentExits } = instance;
	const count = exitCount(instance);
	const since: Row[] =
		recentExits.length === 0 ? [] : [[dim('   since       '), plain(sinceText(recentExits, now))]];
	if (count === recentExits.length || recentExits.length === 0) {
		return [[dim('   exits       '), plain(`${timesText(count)}, ${alikeText(recentExits)}`)], ...since];
	}
	return [
		[dim('   exits       '), plain(`${timesText(count)} since it was last started by hand`)],
		[dim(`   the last ${recentExits.length}  `), plain(alikeText(recentExits))],
		...since,
	];
}

/** Milliseconds from each exit to the next start; null where that is not known. */
function waits({ recentExits, startedAt, nextStartAt }: InstanceObservation): readonly (number | null)[] {
	return recentExits.map(({ at, waitedMs }, position) => {
		if (waitedMs !== null) return waitedMs;
		const next = recentExits[position + 1]?.startedAt ?? nextStartAt ?? startedAt;
		const waited = next === null ? -1 : Date.parse(next) - Date.parse(at);
		return waited < 0 ? null : waited;
	});
}

function exitTableRows(instance: InstanceObservation): Row[] {
	const { recentExits } = instance;
	if (recentExits.length === 0) return [];
	const waited = waits(instance);
	const rows = recentExits.map((exit, position): Row => {
		const wait = waited[position] ?? null;
		return [
			plain(`   ${clockText(Date.parse(exit.startedAt))}${padStart(tookText(livedMs(exit)), 11)}   `),
			plain(padEnd(exitText(exit), 20)),
			dim(padStart(wait === null ? '-' : tookText(wait), 8)),
		];
	});
	const title = `   started       lived   ${padEnd('ended', 20)}${padStart('waited', 8)}`;
	return [[], [dim(title)], ...rows];
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
		const looping = instance.state === 'backoff' && isReachable(cell.server);
		const name = bold(`${instance.name} on ${cell.server.name}`);
		const words = looping ? bold('crash loop', 'warn') : plain(stateWords(instance, cell, model.state.now));
		facts.push(
			ruleRow([name, words, dim(commandOf(model, cell.type))], count, width, model.glyphs),
			[],
			nextStartRow(instance, cell, model),
			...exitsRows(instance, model.state.now),
			...exitTableRows(instance),
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
