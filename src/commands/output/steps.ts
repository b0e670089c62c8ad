import { sanitize } from '../../model/sanitize.ts';
import type { StepReporter, StepTitle } from '../../session/addition/reporter.ts';
import type { Output } from './output.ts';
import { clearProgressLine } from './progress.ts';

/** So many lines of a step that failed are shown. */
const LINES_SHOWN = 10;
const PAINT_EVERY_MS = 100;

/** Tells on stderr how far a job is: a line for each step, with the last one that it wrote while it is under way. */
export function stepLines(output: Pick<Output, 'quiet' | 'note'>, logPath: string): StepReporter {
	let last: string[] = [];
	let begunAt = 0;
	let title = '';
	let timer: NodeJS.Timeout | undefined;
	const paint = () => {
		const seconds = Math.round((performance.now() - begunAt) / 1000);
		const line = `${title} ... ${seconds > 0 ? `${seconds} s  ` : ''}${last.at(-1) ?? ''}`;
		clearProgressLine();
		// One that wraps could not be cleared.
		process.stderr.write(line.slice(0, (process.stderr.columns || 80) - 1));
	};
	return {
		begin(step) {
			last = [];
			title = titleOf(step);
			begunAt = performance.now();
			// What it writes comes faster than anybody reads.
			if (!output.quiet && process.stderr.isTTY) timer = setInterval(paint, PAINT_EVERY_MS).unref();
		},
		line(line) {
			const shown = sanitize(line, { colours: false }).trimEnd();
			if (shown !== '') last = [...last, shown].slice(-LINES_SHOWN);
		},
		end(_step, failure) {
			clearInterval(timer);
			clearProgressLine();
			const seconds = ((performance.now() - begunAt) / 1000).toFixed(1);
			output.note(`${title}: ${failure === null ? 'done' : 'failed'} after ${seconds} s`);
			if (failure === null) return;
			for (const line of last) output.note(`  | ${line}`);
			output.note(`everything that was written is in ${logPath}`);
		},
	};
}

function titleOf({ verb, what }: StepTitle): string {
	return sanitize(`${verb} ${what}`, { colours: false });
}
