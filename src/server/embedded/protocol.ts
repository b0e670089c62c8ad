import type {
	ChangeOptions,
	ChangeRow,
	HistoryEntry,
	ProgressListener,
	SupervisorChange,
} from '../../model/change.ts';
import type { ServerEvent, ServerStats } from '../../model/observed.ts';
import { type Connection, connect } from '../../wire/connection.ts';

/**
 * Raised when a client and a supervisor would no longer understand each other.
 * A newer client replaces an older supervisor; an older client refuses a newer one.
 */
export const PROTOCOL_VERSION = 2;

interface Hello {
	readonly protocol: number;
	readonly pid: number;
	/** Whether the stack runs, or something of it still does: such a supervisor is not to be replaced by `up`. */
	readonly busy: boolean;
}

/** What can be asked of a supervisor, with its answer. */
interface Methods {
	hello: { params: null; result: Hello };
	/** The first event is a snapshot. */
	observe: { params: { stats: boolean }; result: null };
	unobserve: { params: { observer: number }; result: null };
	apply: {
		params: { change: SupervisorChange; options: Omit<ChangeOptions, 'onProgress'> };
		result: ChangeRow[];
	};
	stats: { params: null; result: ServerStats };
	/** Keeps an entry of the history that tells of something done elsewhere. */
	note: { params: HistoryEntry; result: null };
	/** Ends the supervisor and leaves its instances running, for another supervisor to adopt. */
	handOver: { params: null; result: null };
	/** Ends the supervisor if the stack does not run and nobody else is connected. */
	leave: { params: null; result: { readonly ends: boolean } };
}

export interface SupervisorProtocol {
	readonly methods: Methods;
	readonly progress: Readonly<Parameters<ProgressListener>>;
	readonly event: ServerEvent;
}

export type SupervisorConnection = Connection<SupervisorProtocol>;

/** Connects to the supervisor behind a socket; null when there is none. */
export function connectTo(socketPath: string): Promise<SupervisorConnection | null> {
	return connect(socketPath, 'the supervisor');
}
