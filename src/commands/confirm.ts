import { ProcdeckError } from '../model/errors.ts';
import { sanitize } from '../model/sanitize.ts';
import { type Answer, DETAILS } from '../store/question-desk.ts';
import { askConsole, hasConsole } from './ask-console.ts';
import type { Output } from './output/output.ts';

/** Whether somebody sits at a terminal, or at a console that runs this. */
export function canAsk(): boolean {
	return hasConsole() || (process.stdin.isTTY && process.stderr.isTTY);
}

export interface Question {
	/** What will be done, a line or more. */
	readonly plan: string;
	/** Answered by yes or no: `Write that to web1?` */
	readonly question: string;
	/** What a person may want to see before the answer; null: there is no more. */
	readonly details: string | null;
}

/**
 * Shows what will be done and asks for it on the terminal.
 * @param yes `--yes`: it is shown, and not asked
 * @throws ProcdeckError `usage` where there is nobody to ask
 */
export async function confirm({ plan, question, details }: Question, yes: boolean): Promise<boolean> {
	if (!yes && !canAsk()) {
		throw new ProcdeckError('usage', `there is nobody to ask here:\n${plan}\n${question}`, '--yes says yes');
	}
	show(plan);
	if (yes) return true;
	for (;;) {
		const answer = await answerTo(question, details !== null);
		if (answer !== DETAILS || details === null) return answer === true;
		show(details);
	}
}

async function answerTo(question: string, hasDetails: boolean): Promise<Answer> {
	if (hasConsole()) return askConsole({ kind: 'confirm', question, hasDetails });
	const { terminalAsker } = await import('./ask.ts');
	const choices = hasDetails ? '[y/N, d shows what changes]' : '[y/N]';
	const answer = (await terminalAsker.answer(`${question} ${choices}`, true))?.trim() ?? '';
	return /^d(etails)?$/i.test(answer) ? DETAILS : /^y(es)?$/i.test(answer);
}

/** What a command ends with that was not let do it. */
export function declined(output: Pick<Output, 'note'>): 1 {
	output.note('nothing was changed');
	return 1;
}

/** Beside the result, which alone is on stdout. */
function show(text: string): void {
	process.stderr.write(`${sanitize(text, { colours: false })}\n`);
}
