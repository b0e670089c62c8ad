import type { UnknownHostKey } from '../../model/question.ts';
import { sanitize } from '../../model/sanitize.ts';
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

/** What a connection asks, one question at a time. */
export function questionRows(
	{ question, waiting, focused, text }: QuestionSheet,
	model: Model,
	width: number,
): Row[] {
	const isTrust = question.kind === 'trust';
	const title = isTrust ? `Unknown host key of ${question.key.host}` : 'A connection asks';
	const more = waiting > 1 ? dim(`1 of ${waiting}`) : null;
	return [
		ruleRow([bold(title, 'accent')], more, width, model.glyphs, 'accent'),
		[],
		...(isTrust
			? trustRows(question.key, focused)
			: answerRows(question.prompt, question.shown, text, width)),
	];
}
