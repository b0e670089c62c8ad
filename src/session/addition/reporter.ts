import type { AdditionStep } from '../../model/addition.ts';
import { ProcdeckError } from '../../model/errors.ts';

/** A step as people know it. */
export type StepTitle = Pick<AdditionStep, 'verb' | 'what'>;

/** Told how far a job is that is a row of steps. */
export interface StepReporter {
	begin(step: StepTitle): void;
	/** What the step under way writes. */
	line(line: string): void;
	/** @param failure null: it is done */
	end(step: StepTitle, failure: ProcdeckError | null): void;
}

/** Takes a step and tells how that went. @throws what the step throws */
export async function taken<T>(step: StepTitle, reporter: StepReporter, take: () => Promise<T>): Promise<T> {
	reporter.begin(step);
	try {
		const result = await take();
		reporter.end(step, null);
		return result;
	} catch (error) {
		// Anything else is a bug and goes up as it is.
		if (error instanceof ProcdeckError) reporter.end(step, error);
		throw error;
	}
}

/** Tells several. */
export function reportTo(...reporters: readonly StepReporter[]): StepReporter {
	return {
		begin: (step) => reporters.forEach((each) => void each.begin(step)),
		line: (line) => reporters.forEach((each) => void each.line(line)),
		end: (step, failure) => reporters.forEach((each) => void each.end(step, failure)),
	};
}
