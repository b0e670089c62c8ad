import type { Asker } from '../../model/question.ts';

/** What a connect needs beyond where it goes. */
export interface Caller {
	readonly asker: Asker;
	readonly signal: AbortSignal;
	/** In place of `~/.ssh/config`. */
	readonly configFile: string | null;
	/** The jump host that is connected to, by its place among the shared ones; null for a server itself. */
	readonly jump: string | null;
	/** Whether a pulse will keep the connection alive, so that it needs no keepalive of its own. */
	readonly hasPulse: boolean;
}
