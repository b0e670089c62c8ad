import type { ChangeOptions } from '../../model/change.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import type { Stack } from '../../model/stack.ts';
import type { ReleaseWork } from '../../server/releases.ts';
import type { Server } from '../../server/server.ts';
import type { AppSource } from './source.ts';

/** How a release is told of while it goes on. */
export interface ReleaseReporter {
	/** Something begins or ends on a server, in words. */
	readonly step: (server: string, text: string) => void;
	/** A line that a command writes which prepares it. */
	readonly line: (server: string, text: string) => void;
}

/** The stack that servers follow: it is another while one version is replaced by another. */
export interface FollowedStack {
	stack: Stack;
}

/** What is to be done on several servers. */
export interface ReleaseOrder {
	readonly record: ReleaseRecord;
	readonly source: AppSource;
	/** As the release has it. */
	readonly stack: Stack;
	/** What the servers take their units from. */
	readonly followed: FollowedStack;
	readonly servers: readonly Server[];
	/** Whether the `release:` command has run for it already. */
	readonly isPrepared: boolean;
	/** The most servers at a time. */
	readonly parallel: number;
	readonly options: ChangeOptions;
	readonly reporter: ReleaseReporter;
	/** Aborted: it is to stop, and what was begun goes back. */
	readonly signal: AbortSignal;
}

/** One server in a release. */
export interface Site {
	readonly server: Server;
	readonly name: string;
	readonly work: ReleaseWork;
}
