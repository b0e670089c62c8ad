import type { SetupItem } from '../../model/setup.ts';
import type { FilesOnServer } from './read-files.ts';
import type { Stray } from './stray-files.ts';
import type { ServerFile } from './unit-files.ts';

/** What makes a server as the stack's files want it: in words, and what it comes down to. */
export interface SetupWork {
	readonly isSetUp: boolean;
	readonly items: readonly SetupItem[];
	readonly files: readonly ServerFile[];
	/** Paths of files and links. */
	readonly removed: readonly string[];
	/** Units whose links are made and taken away so that instances are numbered from 1. */
	readonly enable: readonly string[];
	readonly disable: readonly string[];
}

/** What was found on a server. */
export interface Seen {
	readonly on: FilesOnServer;
	readonly stray: Stray;
}

/** An item with what is done for it beyond writing. */
export type Part = SetupItem & Partial<Pick<SetupWork, 'removed' | 'enable' | 'disable'>>;
