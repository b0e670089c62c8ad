import type { ServerEntry } from '../../store/console-store.ts';
import { cellOf, isReachable } from '../../store/selectors.ts';
import { totals } from '../../store/trend.ts';
import { movable, moveIntent, moveTarget, moveTargets } from '../actions/move.ts';
import type { Model } from '../model.ts';
import { moveCommand, moveEffects } from '../plans/move.ts';
import type { MoveSheet } from '../ui.ts';
import { bytesText, percentText } from './format.ts';
import { commandRows, effectRows } from './plan-sheet.ts';
import { bold, dim, padEnd, padStart, plain, type Row, type Span, span, widthOf } from './row.ts';
import { ruleRow } from './rule.ts';
import { serverCondition, serverGlyph } from './server-facts.ts';
import { shownPart } from './shown-part.ts';

const MOST_TARGETS = 5;

function field(text: string, hasFocus: boolean): Span {
	return { text: hasFocus ? `${text}_` : text, role: 'plain', bold: hasFocus, focus: hasFocus };
}

function targetRow(server: ServerEntry, sheet: MoveSheet, model: Model, nameWidth: number): Row {
	const isChosen = server === moveTarget(model, sheet);
	const name = padEnd(server.name, nameWidth);
	const { running, wanted } = cellOf(model.state, server, sheet.type);
	const { cpu, memory } = totals(server.stats);
	const condition = serverCondition(server, model);
	const load = `${padStart(percentText(cpu), 6)}  ${padStart(bytesText(memory), 6)}`;
	return [
		plain('     '),
		serverGlyph(server, model),
		plain(' '),
		{
			text: isChosen ? `>${name}<` : ` ${name} `,
			role: isReachable(server) ? 'plain' : 'dim',
			bold: isChosen,
			focus: isChosen,
		},
		...(condition === null
			? [dim(`  has ${padStart(`${running}/${wanted}`, 5)} ${load}`)]
			: [plain('  '), ...condition]),
	];
}

/** The servers that the sheet shows as where instances could go. */
export function targetsInSight(sheet: MoveSheet, model: Model): readonly ServerEntry[] {
	const targets = moveTargets(model, sheet);
	const chosen = targets.indexOf(moveTarget(model, sheet)!);
	return shownPart(targets, Math.max(0, chosen), MOST_TARGETS);
}

function targetRows(sheet: MoveSheet, model: Model): Row[] {
	const shown = targetsInSight(sheet, model);
	const nameWidth = Math.max(0, ...shown.map(({ name }) => widthOf(name)));
	const rows = shown.map((server) => targetRow(server, sheet, model, nameWidth));
	if (shown.length === 0) rows.push([span('warn', `     no other server has ${sheet.filter}`)]);
	return rows;
}

/** Where instances go, how many, what that does, and the command that does the same. */
export function moveRows(sheet: MoveSheet, model: Model, width: number): Row[] {
	const { type, from, filter, count, field: current } = sheet;
	const most = movable(model, sheet);
	const offered = moveTargets(model, sheet).length;
	const intent = moveIntent(model, sheet);
	const move = typeof intent === 'string' || intent.kind !== 'move' ? null : intent;
	const title = bold(`Move ${type} from ${from}`, 'accent');
	const place = dim(`${offered} ${offered === 1 ? 'server' : 'servers'}`);
	const amount = count === null ? `all ${most}` : `${count} of ${most}`;
	const effects = move === null ? [] : (moveEffects(model.state, move) ?? []);
	return [
		ruleRow([title], bold(model.state.stack.environment), width, model.glyphs, 'accent'),
		[],
		[dim('   to        '), field(filter, current === 'server'), plain('  '), place],
		...targetRows(sheet, model),
		[dim('   how many  '), field(amount, current === 'count')],
		[],
		...effectRows(effects, model, width),
		[],
		...(move === null ? [] : commandRows(moveCommand(model.state, move), width, model)),
	];
}
