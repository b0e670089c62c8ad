/** The parts of what adding a server is, in their order. */
export const ADDITION_STEPS = ['packages', 'user', 'release', 'check', 'units', 'file', 'start'] as const;
export type AdditionStepName = (typeof ADDITION_STEPS)[number];

/** A part of what adding a server is. */
export interface AdditionStep {
	readonly name: AdditionStepName;
	/** `install`, `write`: what a person reads before {@link what}. */
	readonly verb: string;
	readonly what: string;
	/** What is written or run. */
	readonly details: readonly string[];
	/** It was found so on the server, or in the stack file. */
	readonly isDone: boolean;
}

/** The steps that are still to be taken. */
export function stepsLeft(steps: readonly AdditionStep[]): AdditionStep[] {
	return steps.filter(({ isDone }) => !isDone);
}
