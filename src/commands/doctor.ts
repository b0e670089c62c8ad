import { type Finding, isOk } from '../model/finding.ts';
import { sanitize } from '../model/sanitize.ts';
import { coveredServers } from '../session/choose-servers.ts';
import { examineAll } from '../session/doctor.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { warnOfDefaultEnvironment } from './output/default-environment.ts';
import type { Output } from './output/output.ts';
import type { Look } from './output/paint.ts';
import { pasteable } from './output/pasteable.ts';
import { withProgress } from './output/progress.ts';
import { table } from './output/table.ts';

/** What works on the servers, what does not, and how to mend it. */
export async function doctor(context: Context, [name]: readonly string[]): Promise<number> {
	const { globals, output } = context;
	const stack = await openStackOrRemains(context);
	const covered = coveredServers(stack.servers, name);
	warnOfDefaultEnvironment(output, { ...stack, servers: covered });
	const findings = await withServers(globals, stack, covered, 'peek', (servers) =>
		withProgress(output, 'looking at the servers', () => examineAll(stack, servers)),
	);
	const told = findings.map((finding) => {
		const aim = stack.servers.length > 1 ? { ...globals, server: finding.server } : globals;
		const { message, fix } = finding;
		return { ...finding, message: pasteable(message, aim), fix: fix === null ? null : pasteable(fix, aim) };
	});
	if (output.json) output.value({ findings: told.map(jsonOf) });
	else print(output, told);
	return findings.every(isOk) ? 0 : 1;
}

function jsonOf(finding: Finding): object {
	const { server, check, severity, message, fix } = finding;
	return { server, check, ok: isOk(finding), severity, message, fix };
}

const WORDS: Readonly<Record<Finding['severity'], { text: string; look: Look }>> = {
	fatal: { text: 'fails', look: 'bad' },
	error: { text: 'fails', look: 'bad' },
	warning: { text: 'warns', look: 'warn' },
	fine: { text: 'works', look: 'good' },
};

const TITLES = ['STATE', 'SERVER', 'CHECK', ''];

/** A line for each finding, with its mend on the line below. */
function print(output: Output, findings: readonly Finding[]): void {
	const shown = output.quiet ? findings.filter((finding) => !isOk(finding)) : findings;
	if (shown.length === 0) return;
	const rows = shown.map(({ server, check, severity, message }) => [WORDS[severity], server, check, message]);
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

/** `26 checks: 1 fails, 2 warn, 23 work` */
function summaryOf(findings: readonly Finding[]): string {
	const count = (word: string, verb: string) => {
		const number = findings.filter(({ severity }) => WORDS[severity].text === word).length;
		return number === 0 ? [] : [`${number} ${number === 1 ? word : verb}`];
	};
	const counts = [...count('fails', 'fail'), ...count('warns', 'warn'), ...count('works', 'work')];
	return `${findings.length} checks: ${counts.join(', ')}`;
}
