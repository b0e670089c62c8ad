import type { AdditionStep } from '../../model/addition.ts';
import type { NewServer } from '../../store/new-server.ts';
import type { Model } from '../model.ts';
import type { AddSheet } from '../ui.ts';
import { dim, padEnd, plain, type Row, span } from './row.ts';
import { wrap } from './wrap.ts';

/** So many of the last lines are seen beside the steps; more of them once they have the room. */
const FEW_LINES = 3;
const MANY_LINES = 12;

/** The steps of adding a server with how far they are, and what the one under way writes. */
export function workRows(server: NewServer, sheet: AddSheet, model: Model, width: number): Row[] {
	const { steps, progress, error } = server;
	const isFailed = sheet.stage === 'failed';
	const done = progress?.done ?? 0;
	const stepRows = steps.map((step, position) =>
		stepRow(step, stateOf(position, done, isFailed), server, model),
	);
	const why = isFailed ? errorRows(error ?? '', width) : [];
	const lines = outputRows(server, sheet.showsOutput ? MANY_LINES : FEW_LINES, width, model);
	const log = progress === null ? [] : wrap([dim(`   everything it wrote: ${progress.log}`)], width - 1);
	return [...(sheet.showsOutput ? [] : [...stepRows, []]), ...why, ...lines, ...(isFailed ? log : [])];
}

type StepState = 'done' | 'now' | 'failed' | 'later';

function stateOf(position: number, done: number, isFailed: boolean): StepState {
	if (position < done) return 'done';
	if (position > done) return 'later';
	return isFailed ? 'failed' : 'now';
}

function stepRow(
	{ verb, what }: AdditionStep,
	state: StepState,
	{ progress }: NewServer,
	{ glyphs, state: { now } }: Model,
): Row {
	const seconds = Math.max(0, Math.round((now - (progress?.stepStartedAt ?? now)) / 1000));
	const words = [span('plain', padEnd(verb, 10)), plain(what)];
	switch (state) {
		case 'done':
			return [plain(`   ${glyphs.running} `), ...words, dim('  done')];
		case 'now':
			return [
				plain('   '),
				span('accent', `${glyphs.changing} `),
				...words,
				dim(seconds > 0 ? `  ${seconds} s` : ''),
			];
		case 'failed':
			return [plain('   '), span('error', `${glyphs.failed} `), ...words, span('error', '  failed')];
		case 'later':
			return [dim(`   ${glyphs.none} ${padEnd(verb, 10)}${what}`)];
	}
}

function errorRows(error: string, width: number): Row[] {
	const rows = error.split('\n').flatMap((line) => wrap([span('error', line)], width - 4));
	return rows.map((row): Row => [plain('   '), ...row]);
}

function outputRows({ progress }: NewServer, most: number, width: number, { glyphs }: Model): Row[] {
	const lines = (progress?.output ?? []).slice(-most);
	return lines.map(
		(line): Row => [dim(`   ${glyphs.gutter} `), plain(line.slice(0, Math.max(0, width - 6)))],
	);
}
