/** Worst first; from `drift` on they want a look but are not wrong. */
export const KINDS = [
	'failed',
	'balancer',
	'backoff',
	'crashed',
	'unreachable',
	'unhealthy',
	'file',
	'finding',
	'drift',
	'traffic',
	'advice',
	'orphan',
	'surplus',
	'release',
	'stale',
] as const;
export type ProblemKind = (typeof KINDS)[number];

export interface Problem {
	readonly kind: ProblemKind;
	readonly server: string;
	readonly type: string | null;
	readonly instance: string | null;
	/** `mailer on jobs1` */
	readonly subject: string;
	/** One sentence without a full stop. */
	readonly text: string;
	/** More about it where there is more: the server's own words. */
	readonly detail: string | null;
}

/** Whether the page of the load balancer shows it. */
export function isOfBalancer({ kind }: Problem): boolean {
	return kind === 'balancer' || kind === 'unhealthy' || kind === 'traffic';
}

/** Whether the problem counts as wrong, not only as worth a look. */
export function isWrong({ kind }: Problem): boolean {
	return KINDS.indexOf(kind) < KINDS.indexOf('drift');
}

/** What a problem is known by while its words change. */
export function problemKey({ kind, server, type, instance, subject }: Problem): string {
	return [kind, server, type, instance, subject].join(' ');
}
