import { type Report, reportText, tableText, targetTable } from './report.ts';

/**
 * docs/performance.md.
 * @param surroundings what was measured where, by name
 * @param explanations Markdown on the targets that are not met: why, and what would be needed
 */
export function performancePage(
	surroundings: Readonly<Record<string, string>>,
	reports: readonly Report[],
	explanations: string,
): string {
	const parts = [
		'# Performance',
		'Written by `npm run bench`; do not edit. Each figure is the median of interleaved rounds, with the lowest and the highest; ratios are within one run, so that what else the machine does falls on all alike.',
		tableText({ columns: ['', ''], rows: Object.entries(surroundings) }),
		'## Targets',
		tableText(
			targetTable(
				reports.flatMap(({ targets, name }) =>
					targets.map((target) => ({ ...target, what: `${name}: ${target.what}` })),
				),
			),
		),
		explanations.trim(),
		...reports.map((report) => reportText(report).trim()),
	];
	return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
