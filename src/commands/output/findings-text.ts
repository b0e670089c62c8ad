import { type Finding, isOk } from '../../model/finding.ts';
import { sanitize } from '../../model/sanitize.ts';
import type { Output } from './output.ts';
import type { Look } from './paint.ts';
import { table } from './table.ts';

/** A finding, and whether it was worse before something was done about it. */
export interface ToldFinding extends Finding {
	readonly isFixed: boolean;
}

interface Word {
	readonly text: string;
	readonly look: Look;
}

const WORDS: Readonly<Record<Finding['severity'], Word>> = {
	fatal: { text: 'fails', look: 'bad' },
	error: { text: 'fails', look: 'bad' },
	warning: { text: 'warns', look: 'warn' },
	fine: { text: 'works', look: 'good' },
};
const FIXED: Word = { text: 'fixed', look: 'good' };

const TITLES = ['STATE', 'SERVER', 'CHECK', ''];

function wordOf({ severity, isFixed }: ToldFinding): Word {
	return isFixed && severity === 'fine' ? FIXED : WORDS[severity];
}

/** A line for each finding, with its mend on the line below. */
export function printFindings(output: Output, findings: readonly ToldFinding[]): void {
	const shown = output.quiet ? findings.filter((finding) => !isOk(finding)) : findings;
	if (shown.length === 0) return;
	const rows = shown.map((finding) => [wordOf(finding), finding.server, finding.check, finding.message]);
	const [titles = '', ...lines] = table(
		TITLES.map((title) => ({ title })),
		rows,
		output.paint,
	).split('\n');
	const mended = lines.flatMap((line, position) => {
		const fix = shown[position]?.fix ?? null;
		return fix === null
			? [line]
			: [line, output.paint('bold', `       mend: ${sanitize(fix, { colours: false })}`)];
	});
	const summary = output.quiet ? [] : [summaryOf(findings)];
	output.print([titles, ...mended, ...summary].join('\n'));
}

/** `26 checks: 1 fails, 2 warn, 1 fixed, 22 work` */
function summaryOf(findings: readonly ToldFinding[]): string {
	const count = (word: string, verb: string) => {
		const number = findings.filter((finding) => wordOf(finding).text === word).length;
		return number === 0 ? [] : [`${number} ${number === 1 ? word : verb}`];
	};
	const counts = [
		...count('fails', 'fail'),
		...count('warns', 'warn'),
		...count('fixed', 'fixed'),
		...count('works', 'work'),
	];
	return `${findings.length} checks: ${counts.join(', ')}`;
}
