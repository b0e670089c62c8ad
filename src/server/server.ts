import type { Change, ChangeOptions, ChangeRow, HistoryEntry, Selector } from '../model/change.ts';
import type { Found } from '../model/finding.ts';
import type { MachineMend } from '../model/mend.ts';
import type { ServerEvent, ServerStats } from '../model/observed.ts';
import type { SetupPlan } from '../model/setup.ts';
import type { ServerDefinition } from '../model/stack.ts';
import type { ServerMachine } from './machine.ts';
import type { ServerReleases } from './releases.ts';

export interface LogQuery {
	/** Empty: every instance. */
	readonly selectors: readonly Selector[];
	/** Go on with what is written from now. */
	readonly follow: boolean;
	/** The last N lines over all instances; null: no bound. */
	readonly lines: number | null;
	/** Milliseconds since the epoch; null: from the beginning. */
	readonly since: number | null;
}

/** Whole lines of one instance, each ended by a newline. */
export interface LogChunk {
	readonly instance: string;
	/** Milliseconds since the epoch; exact to a second for lines read back. */
	readonly at: number;
	readonly stream: 'stdout' | 'stderr' | null;
	/** The reader's own: it may free them. */
	readonly bytes: Buffer;
	/** A remark of Procdeck's in the place where lines are missing (skipped, truncated), not the app's words. */
	readonly marker: boolean;
}

export interface SetupOptions {
	/** The verb in the history. */
	readonly verb: 'sync' | 'server add' | 'server remove' | 'release';
	/** `user@host`, for the history. */
	readonly who: string;
	readonly changeId: string;
}

/** What became of the environment on a server. */
export type EnvironmentWritten =
	/** Of these variables it says something else now. */
	| { readonly kind: 'written'; readonly names: readonly string[] }
	| { readonly kind: 'unchanged' }
	/** Nothing of the stack was ever set up there, and nothing is. */
	| { readonly kind: 'not-set-up' };

/** What Procdeck keeps on a server beside instances: units, scripts and the environment. */
export interface ServerSetup {
	/**
	 * What is to be done so that it is as the stack's files want it.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	plan(): Promise<SetupPlan>;
	/**
	 * Does what was planned, while nobody else changes the stack. No instance is restarted for it.
	 * @throws ProcdeckError `conflict` when something else would have to be done now; `unreachable`, `refused`
	 */
	write(planned: SetupPlan, options: SetupOptions): Promise<void>;
	/**
	 * Writes the environment alone where it is another than the stack's files say, while nobody else changes the stack.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	writeEnvironment(): Promise<EnvironmentWritten>;
	/**
	 * Takes everything away that Procdeck put there, once nothing runs any more.
	 * @returns paths under the stack's names that somebody else has put there
	 * @throws ProcdeckError `refused` while something runs; `unreachable`
	 */
	remove(options: SetupOptions): Promise<readonly string[]>;
	/**
	 * Does what a finding asks for on the machine.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	mend(mend: MachineMend): Promise<void>;
}

export interface ObserveOptions {
	/**
	 * Whether statistics are to come too. A function is asked before each sample: where sampling costs much, none is
	 * taken while nobody wants it.
	 */
	readonly stats: boolean | (() => boolean);
	/** Whether the history is to be in a first snapshot; by default it may come later, entry by entry. */
	readonly withHistory?: boolean;
	/** Whether a first snapshot is to say if the server is serving; by default that may come later. */
	readonly withTraffic?: boolean;
}

/** A machine that runs instances. Implementations: the embedded supervisor, systemd. */
export interface Server {
	readonly definition: ServerDefinition;
	/** null: nothing has to be written before instances can run. */
	readonly setup: ServerSetup | null;
	/** null: the code is where the stack's files are. */
	readonly releases: ServerReleases | null;
	/** null: it is this one, which nobody adds. */
	readonly machine: ServerMachine | null;
	/**
	 * Pushes a snapshot, then every change, until the returned function is called.
	 * A lost connection is an event, not an error; the server reconnects by itself and sends a new snapshot.
	 * @throws ProcdeckError `unreachable` when the first snapshot cannot be had.
	 */
	observe(listener: (event: ServerEvent) => void, options: ObserveOptions): Promise<() => void>;
	/**
	 * Carries out a change and tells what became of it. Never rejects for what a server says: that is in the rows.
	 * @throws ProcdeckError for bad input (`unknown-type`, `limit`), when nothing was attempted.
	 */
	apply(change: Change, options: ChangeOptions): Promise<ChangeRow[]>;
	/**
	 * In order within an instance; chunks of different instances are in order of time when read back.
	 * With `follow`, an empty batch parts what is read back from what comes; no other batch is empty.
	 */
	logs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogChunk[]>;
	/** One sample now. */
	stats(): Promise<ServerStats>;
	/** Looks at everything that running the stack there needs. Never rejects for what is wrong: that is what it finds. */
	examine(): Promise<readonly Found[]>;
	/**
	 * Keeps an entry of the history that tells of something done elsewhere.
	 * @throws ProcdeckError `unreachable`
	 */
	note(entry: HistoryEntry): Promise<void>;
	close(): Promise<void>;
}
