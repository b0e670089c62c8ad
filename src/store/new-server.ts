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
	 */
	readonly stage: 'looking' | 'ready' | 'refused';
	/** When the look at it began, in milliseconds since the epoch. */
	readonly startedAt: number;
	/** The worst first. */
	readonly findings: readonly Finding[];
	/** What will be written there; null while not known. */
	readonly plan: SetupPlan | null;
	/** The stack file that it will be written into; null where it stands there already, or while not known. */
	readonly file: string | null;
	readonly error: string | null;
}
