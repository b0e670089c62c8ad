import { type ErrorCode, ProcdeckError } from '../model/errors.ts';

/** What two ends say to each other: lines of JSON over a Unix socket. */
export interface Protocol {
	/** By name: `{ params, result }`. Events follow what `observe` answers, until `unobserve`. */
	readonly methods: object;
	/** What is told of a request that takes long: the arguments of a listener. */
	readonly progress: readonly unknown[];
	readonly event: unknown;
}

export type Method<P extends Protocol> = keyof P['methods'] & string;

export type Params<P extends Protocol, M extends Method<P>> = P['methods'][M] extends { params: infer T }
	? T
	: never;

export type Result<P extends Protocol, M extends Method<P>> = P['methods'][M] extends { result: infer T }
	? T
	: never;

export interface Request {
	readonly id: number;
	readonly method: string;
	readonly params: unknown;
}

export interface WireError {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string | null;
}

export type Message<P extends Protocol> =
	| { readonly id: number; readonly result: unknown }
	| { readonly id: number; readonly error: WireError }
	| { readonly id: number; readonly progress: P['progress'] }
	| { readonly observer: number; readonly event: P['event'] };

export function encode<P extends Protocol>(message: Message<P> | Request): string {
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
