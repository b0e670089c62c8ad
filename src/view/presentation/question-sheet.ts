import type { UnknownHostKey } from '../../model/question.ts';
import { sanitize } from '../../model/sanitize.ts';
import type { Question } from '../../store/question-desk.ts';
import type { Model } from '../model.ts';
import type { QuestionSheet } from '../ui.ts';
import { button } from './button.ts';
import { bold, cut, dim, plain, type Row, type Span, widthOf } from './row.ts';
import { ruleRow } from './rule.ts';
import { wrap } from './wrap.ts';

function trustRows(key: UnknownHostKey, focused: QuestionSheet['focused']): Row[] {
	return [
		[bold(`   Nobody has connected to ${key.host} from here before: is this its key?`)],
		[],
		[dim('   host          '), plain(key.host)],
		[dim('   key           '), plain(key.keyType)],
		[dim('   fingerprint   '), bold(key.fingerprint)],
		[dim('   written to    '), plain(key.knownHosts)],
		[],
		[
			plain('   '),
			button('No', focused === 'no'),
			plain('   '),
			bold('y '),
			button('Trust it', focused === 'yes'),
		],
	];
}

/** The end of what is typed, which may not be seen. */
function fieldSpans(text: string, shown: boolean, width: number): Row {
	const seen = shown ? text : '*'.repeat([...text].length);
	const over = widthOf(seen) - width;
	const end = over > 0 ? seen.slice(cut(seen, over).length) : seen;
	const cursor: Span = { text: '_', role: 'accent', bold: true, focus: true };
	return [plain('   '), plain(end), cursor];
}

function answerRows(prompt: string, shown: boolean, text: string, width: number): Row[] {
	// The words may be a server's own.
	const lines = sanitize(prompt, { colours: false }).trim().split('\n').slice(0, 6);
	const words = lines.flatMap((line) => wrap([bold(line)], width - 6)).map((row) => [plain('   '), ...row]);
	return [...words, [], fieldSpans(text, shown, width - 6)];
}

function confirmRows(question: string, hasDetails: boolean, focused: QuestionSheet['focused']): Row[] {
	return [
		[bold(`   ${question}`), dim('   (it is written above)')],
		[],
		[
			plain('   '),
			button('No', focused === 'no'),
			plain('   '),
			bold('y '),
			button('Yes', focused === 'yes'),
			...(hasDetails ? [plain('   '), bold('d '), dim('what changes')] : []),
		],
	];
}

function titleOf(question: Question, model: Model): string {
	if (question.kind === 'trust') return `Unknown host key of ${question.key.host}`;
	return question.by === 'verb' ? `${model.output?.line ?? 'A command'} asks` : 'A connection asks';
}

function rowsOf({ question, focused, text }: QuestionSheet, width: number): Row[] {
	switch (question.kind) {
		case 'trust':
			return trustRows(question.key, focused);
		case 'confirm':
			return confirmRows(question.question, question.hasDetails, focused);
		case 'answer':
			return answerRows(question.prompt, question.shown, text, width);
	}
}

/** What a connection or a verb asks, one question at a time. */
export function questionRows(sheet: QuestionSheet, model: Model, width: number): Row[] {
	const more = sheet.waiting > 1 ? dim(`1 of ${sheet.waiting}`) : null;
	const title = bold(titleOf(sheet.question, model), 'accent');
	return [ruleRow([title], more, width, model.glyphs, 'accent'), [], ...rowsOf(sheet, width)];
}
