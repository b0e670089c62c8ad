import type { Change, ChangeOptions, ChangeRow, HistoryEntry, ProgressListener } from '../../model/change.ts';
import { type ErrorCode, ProcdeckError } from '../../model/errors.ts';
import type { ServerEvent, ServerStats } from '../../model/observed.ts';

/**
 * Raised when a client and a supervisor would no longer understand each other.
 * A newer client replaces an older supervisor; an older client refuses a newer one.
 */
export const PROTOCOL_VERSION = 1;

interface Hello {
	readonly protocol: number;
	readonly pid: number;
	/** Whether the stack runs, or something of it still does: such a supervisor is not to be replaced by `up`. */
	readonly busy: boolean;
}

/** What can be asked of a supervisor, with its answer. Lines of JSON over a Unix socket. */
export interface Methods {
	hello: { params: null; result: Hello };
	/** Events with the request's id as `observer` follow, the first is a snapshot. */
	observe: { params: { stats: boolean }; result: null };
	unobserve: { params: { observer: number }; result: null };
	apply: { params: { change: Change; options: Omit<ChangeOptions, 'onProgress'> }; result: ChangeRow[] };
	stats: { params: null; result: ServerStats };
	/** Keeps an entry of the history that tells of something done elsewhere. */
	note: { params: HistoryEntry; result: null };
	/** Ends the supervisor and leaves its instances running, for another supervisor to adopt. */
	handOver: { params: null; result: null };
	/** Ends the supervisor if the stack does not run and nobody else is connected. */
	leave: { params: null; result: { readonly ends: boolean } };
}

export type Method = keyof Methods;

export interface Request<M extends Method = Method> {
	readonly id: number;
	readonly method: M;
	readonly params: Methods[M]['params'];
}

export interface WireError {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string | null;
}

export type Message =
	| { readonly id: number; readonly result: unknown }
	| { readonly id: number; readonly error: WireError }
	| { readonly id: number; readonly progress: Readonly<Parameters<ProgressListener>> }
	| { readonly observer: number; readonly event: ServerEvent };

export function encode(message: Message | Request): string {
	return `${JSON.stringify(message)}\n`;
}

export function toWire(error: unknown): WireError {
	if (error instanceof ProcdeckError) return { code: error.code, message: error.message, hint: error.hint };
	return { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: null };
}

export function fromWire({ code, message, hint }: WireError): ProcdeckError {
	return new ProcdeckError(code, message, hint);
}

/** Cuts a stream of text into its lines. */
export function lineSplitter(onLine: (line: string) => void): (text: string) => void {
	let rest = '';
	return (text) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) if (line !== '') onLine(line);
	};
}
