import type { AdditionStep } from '../model/addition.ts';
import type { Finding } from '../model/finding.ts';
import type { SetupPlan } from '../model/setup.ts';

/** A server that somebody is about to add with this console. */
export interface NewServer {
	readonly name: string;
	/** `[USER@]HOST[:PORT]`, as it was typed. */
	readonly place: string;
	/**
	 * - `looking`: it is being looked at
	 * - `ready`: it can be added; nothing is written yet
	 * - `refused`: it cannot be added, `error` says why
	 * - `working`: it is being added
	 * - `failed`: a step failed, `error` says why; what was done before stays
	 */
	readonly stage: 'looking' | 'ready' | 'refused' | 'working' | 'failed';
	/** When the look at it began, in milliseconds since the epoch. */
	readonly startedAt: number;
	/** The worst first. */
	readonly findings: readonly Finding[];
	/** What is left to be done; empty while not known. */
	readonly steps: readonly AdditionStep[];
	/** What will be written there; null while not known. */
	readonly plan: SetupPlan | null;
	/** The stack file that it will be written into; null where it stands there already, or while not known. */
	readonly file: string | null;
	readonly error: string | null;
	/** null before anything was done. */
	readonly progress: AdditionProgress | null;
}

/** How far it is. */
export interface AdditionProgress {
	/** Of the steps. */
	readonly done: number;
	/** When the step under way began, in milliseconds since the epoch. */
	readonly stepStartedAt: number;
	/** The last lines that it wrote, oldest first. */
	readonly output: readonly string[];
	/** The path of the file that has all of them. */
	readonly log: string;
}

/** What is known of a place while it is typed. */
export interface PlaceRemark {
	/** `[USER@]HOST[:PORT]`, as it was typed. */
	readonly place: string;
	readonly isGood: boolean;
	/** `deploy@203.0.113.5, port 22`, or what is the matter. */
	readonly words: string;
}
