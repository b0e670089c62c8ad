import { sanitize } from '../model/sanitize.ts';
import type { AdditionProgress } from '../store/new-server.ts';
import type { StepReporter } from './addition/reporter.ts';

/** So many of the last lines are kept. */
const LINES_KEPT = 100;
/** What writes much is not shown line by line. */
const TELL_EVERY_MS = 100;

/** Tells how far a job is, as the console shows it. */
export interface ConsoleProgress extends StepReporter {
	stop(): void;
}

/** @param log the path of the file that has everything */
export function progressInto(log: string, tell: (progress: AdditionProgress) => void): ConsoleProgress {
	let progress: AdditionProgress = { done: 0, stepStartedAt: Date.now(), output: [], log };
	let timer: NodeJS.Timeout | null = null;
	const stop = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
	};
	const tellNow = (changed: Partial<AdditionProgress>) => {
		stop();
		progress = { ...progress, ...changed };
		tell(progress);
	};
	return {
		begin: () => tellNow({ stepStartedAt: Date.now(), output: [] }),
		line(line) {
			const shown = sanitize(line, { colours: false });
			progress = { ...progress, output: [...progress.output, shown].slice(-LINES_KEPT) };
			timer ??= setTimeout(() => tellNow({}), TELL_EVERY_MS);
		},
		end(_step, failure) {
			tellNow(failure === null ? { done: progress.done + 1 } : {});
		},
		stop,
	};
}
