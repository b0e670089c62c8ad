import { digest } from './digest.ts';
import type { Manifest } from './release-manifest.ts';

/** What the stack file says of releases. */
export interface ReleaseSettings {
	/** Patterns of what of the folder goes into a release, as in a `.gitignore`; empty: all of it. */
	readonly include: readonly string[];
	/** Patterns of what of the folder does not. */
	readonly exclude: readonly string[];
	/** Paths within the code that all releases share; one that ends in `/` is a folder. */
	readonly shared: readonly string[];
	/** Commands that prepare a release on each server, in order. */
	readonly setup: readonly string[];
	/** Releases that are kept on a server. */
	readonly keep: number;
}

/** What is noted of a release on each server that has it. */
export interface ReleaseRecord {
	/** Tells the same code with the same preparation by the same name on every server. */
	readonly id: string;
	/** What it was made of: a commit, with `+` where changes that were not committed are in it; null: a folder. */
	readonly revision: string | null;
	/** The first line of the commit's message, or the folder. */
	readonly title: string;
	/** `user@host` of who made it. */
	readonly who: string;
	/** ISO 8601, by the clock of who made it. */
	readonly at: string;
}

/** The releases that a server has. */
export interface ReleasesOnServer {
	/** What instances are started with; null: not a release. */
	readonly current: string | null;
	/** What was current before it, the latest first, without the current one; only those that are still there. */
	readonly before: readonly string[];
	/** Those that are complete, the latest first. */
	readonly records: readonly ReleaseRecord[];
}

/** The code's own name among releases, for a version of the code and the way in which it is prepared. */
export function releaseId(
	revision: string | null,
	manifest: Manifest,
	prepared: Pick<ReleaseSettings, 'shared' | 'setup'> & { readonly command: string | null },
): string {
	const whole = [manifest.text, JSON.stringify([prepared.shared, prepared.setup, prepared.command])];
	const short = revision === null ? 'folder' : revision.slice(0, 7);
	return `${short}-${digest(whole.join('\0'), 8)}`;
}
