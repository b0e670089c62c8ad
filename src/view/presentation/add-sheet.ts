import type { AdditionStep, AdditionStepName } from '../../model/addition.ts';
import type { Finding } from '../../model/finding.ts';
import { isName, NAME_CHARACTERS } from '../../model/names.ts';
import type { SetupItem } from '../../model/setup.ts';
import type { ConsoleState } from '../../store/console-store.ts';
import type { NewServer } from '../../store/new-server.ts';
import type { Model } from '../model.ts';
import { counted, plainCommand } from '../plans/draft.ts';
import type { AddSheet } from '../ui.ts';
import { workRows } from './add-steps.ts';
import { button } from './button.ts';
import { commandRows } from './plan-sheet.ts';
import { bold, dim, padEnd, plain, type Row, rowWidth, type Span, span } from './row.ts';
import { ruleRow } from './rule.ts';
import { wrap } from './wrap.ts';

/** So many that the buttons are seen in 24 rows. */
const MOST_FINDING_ROWS = 3;
const MOST_FILES = 4;

const BEFORE_UNITS: readonly AdditionStepName[] = ['packages', 'user', 'release'];

function typedField(text: string, hasFocus: boolean): Span {
	return { text: hasFocus ? `${text}_` : text, role: 'plain', bold: hasFocus, focus: hasFocus };
}

function fieldRows({ name, place, field, stage }: AddSheet, { state }: Model): Row[] {
	const isTyping = stage === 'typing';
	const remark = (text: Span) => (isTyping ? [plain('   '), text] : []);
	return [
		[
			dim('   name      '),
			typedField(name, isTyping && field === 'name'),
			...remark(nameRemark(name, state)),
		],
		[
			dim('   where     '),
			typedField(place, isTyping && field === 'place'),
			...remark(placeRemark(place, state)),
		],
	];
}

/** What is the matter with a name while it is typed. */
function nameRemark(typed: string, { servers }: ConsoleState): Span {
	const name = typed.trim();
	if (name === '') return dim('');
	if (!isName(name)) return span('warn', `use only ${NAME_CHARACTERS}`);
	return servers.some((server) => server.name === name)
		? span('warn', 'there is a server of that name already')
		: dim('');
}

/** What is known of a place while it is typed; of what was typed before nothing is said. */
function placeRemark(typed: string, { placeRemark: known }: ConsoleState): Span {
	if (typed.trim() === '' || known === null || known.place !== typed) return dim('[USER@]HOST[:PORT]');
	return known.isGood ? dim(known.words) : span('warn', known.words);
}

/** The first of them, and how many there are besides. */
function some(rows: readonly Row[], most: number): Row[] {
	const left = rows.length - most;
	return left > 0 ? [...rows.slice(0, most), [dim(`   and ${left} more`)]] : [...rows];
}

/** What is the matter and its mend: on one row, or each on rows of its own. */
function findingRows({ severity, check, message, fix }: Finding, width: number): Row[] {
	const matter = span(severity === 'warning' ? 'warn' : 'error', `${check}: ${message}`);
	const parts: Row = fix === null ? [matter] : [matter, dim(`  ${fix}`)];
	const pieces = rowWidth(parts) <= width - 4 ? [parts] : parts.map((part) => [part]);
	return pieces.flatMap((piece) => wrap(piece, width - 4)).map((row) => [plain('   '), ...row]);
}

/** What does not work there, or how many checks say that all does. */
function findingsRows({ findings }: NewServer, width: number): Row[] {
	const failing = findings.filter(({ severity }) => severity !== 'fine');
	if (findings.length > 0 && failing.length === 0)
		return [[dim(`   ${counted(findings.length, 'check')} found nothing wrong`)]];
	const rows = failing.flatMap((finding) => findingRows(finding, width));
	return some(rows, MOST_FINDING_ROWS);
}

function writtenRow(action: string, what: string, why: string): Row {
	return [plain('   '), span('accent', padEnd(action, 10)), plain(what), dim(`  ${why}`)];
}

/** A row for each file, which has to be seen whole, and then why. */
function itemRows({ type, what, action, paths }: SetupItem): Row[] {
	const why = type === null ? what : `${type}: ${what}`;
	if (action === 'nothing' || paths.length === 0) return [writtenRow('leave', why, '')];
	return paths.map((path) => writtenRow(action, path, why));
}

/** What adding it writes, there and here. */
function writtenRows({ name, steps, plan, file }: NewServer): Row[] {
	const before = steps.filter((step) => BEFORE_UNITS.includes(step.name)).map(stepRow);
	const after = steps.filter((step) => step.name === 'start').map(stepRow);
	const there = (plan?.items ?? []).flatMap(itemRows);
	const here = file === null ? [] : [writtenRow('write', file, `${name} is one of the servers`)];
	const room = Math.max(1, MOST_FILES - before.length - after.length);
	return [...before, ...some(there, room), ...here, ...after];
}

function stepRow({ verb, what }: AdditionStep): Row {
	return writtenRow(verb, what, '');
}

function readyRows(server: NewServer, { focused }: AddSheet, model: Model, width: number): Row[] {
	const { name, place } = server;
	return [
		...findingsRows(server, width),
		[],
		...writtenRows(server),
		[],
		...commandRows(plainCommand(model.state, 'server', ['add', name, place]), width, model),
		[],
		[
			plain('   '),
			button('Cancel', focused === 'cancel'),
			plain('   '),
			bold('y '),
			button(`Add ${name}`, focused === 'add'),
		],
	];
}

function refusedRows(server: NewServer, width: number): Row[] {
	const words = (server.error ?? '').split('\n').flatMap((line) => wrap([span('error', line)], width - 4));
	return [...words.map((row): Row => [plain('   '), ...row]), ...findingsRows(server, width)];
}

function stageRows(sheet: AddSheet, model: Model, width: number): Row[] {
	const { newServer, now } = model.state;
	// What is typed now may be another server than the one that was looked at.
	const isSame = newServer?.name === sheet.name.trim() && newServer.place === sheet.place.trim();
	if (newServer !== null && isSame) {
		if (sheet.stage === 'working' || sheet.stage === 'failed')
			return workRows(newServer, sheet, model, width);
		if (sheet.stage === 'ready') return readyRows(newServer, sheet, model, width);
		if (sheet.stage === 'typing' && newServer.stage === 'refused') return refusedRows(newServer, width);
	}
	if (sheet.stage === 'looking') {
		const seconds = Math.max(0, Math.round((now - (newServer?.startedAt ?? now)) / 1000));
		return [[span('accent', `   looking at ${sheet.name.trim()}`), dim(seconds > 0 ? `  ${seconds} s` : '')]];
	}
	return [[dim('   It is looked at first. Nothing is written before you say so.')]];
}

/** A server more: its name and place, what was found there, what will be written, and whether to do it. */
export function addRows(sheet: AddSheet, model: Model, width: number): Row[] {
	const title = bold('Add a server', 'accent');
	return [
		ruleRow([title], bold(model.state.stack.environment), width, model.glyphs, 'accent'),
		[],
		...fieldRows(sheet, model),
		[],
		...stageRows(sheet, model, width),
	];
}
