import type { Mend } from './mend.ts';

/** How bad it is; the worst first. */
export const SEVERITIES = ['fatal', 'error', 'warning', 'fine'] as const;

/**
 * - `fatal`: nothing of the stack can run there
 * - `error`: something else does not work
 * - `warning`: it works, but not as well as it could
 */
export type Severity = (typeof SEVERITIES)[number];

/** What was found of one thing that a server needs. */
export interface Finding {
	readonly server: string;
	/** In a word or two: `connection`, `sudo`, `disk space`. */
	readonly check: string;
	readonly severity: Severity;
	readonly message: string;
	/** What a person can do about it; null where nothing is to be done. */
	readonly fix: string | null;
	/** What `doctor --fix` does about it; absent where that is left to a person. */
	readonly mend?: Mend;
}

/** A finding before it is said of which server. */
export type Found = Omit<Finding, 'server'>;

export function fine(check: string, message: string): Found {
	return { check, severity: 'fine', message, fix: null };
}

/** Whether what the check is about works. */
export function isOk({ severity }: Pick<Finding, 'severity'>): boolean {
	return severity === 'fine' || severity === 'warning';
}

/** The worst first, otherwise as they come. */
export function bySeverity<Some extends Found>(findings: readonly Some[]): Some[] {
	return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
