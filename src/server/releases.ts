import type { Readable } from 'node:stream';
import type { ReleaseRecord, ReleasesOnServer } from '../model/release.ts';
import type { Manifest } from '../model/release-manifest.ts';

/** The releases of the app's code that a server keeps. */
export interface ServerReleases {
	/** @throws ProcdeckError `unreachable` */
	list(): Promise<ReleasesOnServer>;
	/**
	 * Begins to change them, which nobody else does until its end; also a connection that is lost is its end.
	 * @param who `user@host`, told to others who want to
	 * @throws ProcdeckError `conflict` while somebody else does; `refused` where the place of the code is not free for
	 *   it, or cannot be written; `unreachable`
	 */
	begin(who: string): Promise<ReleaseWork>;
	/**
	 * Takes all releases away. What they shared stays.
	 * @returns what is left in the place of the code
	 * @throws ProcdeckError `conflict`, `refused`, `unreachable`
	 */
	remove(who: string): Promise<readonly string[]>;
}

/** Where a release is taken from. */
export interface Copying {
	readonly id: string;
	readonly manifest: Manifest;
	/** Paths that all releases share, as the stack file has them. */
	readonly shared: readonly string[];
	/** Whether something is to run in it before it is complete, which may write what is there. */
	readonly isWritten: boolean;
}

/** A command that prepares a release. */
export interface Preparation {
	/** As the stack's shell reads it. */
	readonly command: string;
	readonly environment: Readonly<Record<string, string>>;
	/** Told of each line that it writes, as it comes. */
	readonly onLine: (line: string) => void;
	readonly signal: AbortSignal;
}

/**
 * Work on the releases of one server. Each step throws ProcdeckError `refused` with the server's own words when it fails,
 * `unreachable` when the connection is lost.
 */
export interface ReleaseWork {
	/** As they were at its beginning. */
	readonly releases: ReleasesOnServer;
	/**
	 * Begins the copy of a release: takes over from an earlier one what is in it and still as it was copied.
	 * @returns the paths that have to be sent
	 */
	begin(copying: Copying): Promise<readonly string[]>;
	/** Ends the copy. @param archive a tar archive of what has to be sent, compressed by gzip; null: nothing has to be */
	fill(id: string, archive: Readable | null): Promise<void>;
	/** @throws ProcdeckError `refused` with how it ended */
	run(id: string, preparation: Preparation): Promise<void>;
	/** From now on it is one of the releases. */
	complete(record: ReleaseRecord): Promise<void>;
	/** Makes it the one that instances are started with. @param id null: none */
	activate(id: string | null): Promise<void>;
	/** Takes away a release that is not complete. */
	discard(id: string): Promise<void>;
	/**
	 * Takes away old releases, and those that never were complete.
	 * @param keep how many stay: the latest that were current
	 * @param current the release that is current now
	 */
	prune(keep: number, current: string): Promise<void>;
	/** A file of a release as text; null: it has none. */
	read(id: string, path: string): Promise<string | null>;
	end(): Promise<void>;
}
