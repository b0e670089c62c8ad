/** The codes of the JSON error contract (`{"error": {"code", …}}`). */
export type ErrorCode =
	| 'usage'
	| 'no-procfile'
	| 'invalid-file'
	| 'unknown-type'
	| 'unknown-server'
	| 'limit'
	| 'conflict'
	| 'timeout'
	| 'refused'
	| 'unreachable'
	| 'internal';

/**
 * An error that is told to the user in one sentence, with what to do about it.
 * Everything that can go wrong by input or by a server is one of these; any other exception is a bug.
 */
export class ProcdeckError extends Error {
	readonly code: ErrorCode;
	/** What the user can do, or null where the message already says it. */
	readonly hint: string | null;

	constructor(code: ErrorCode, message: string, hint: string | null = null, options?: ErrorOptions) {
		super(message, options);
		this.name = 'ProcdeckError';
		this.code = code;
		this.hint = hint;
	}
}

/** What went wrong and what to do about it as one line, for places that have room for no more. */
export function errorText({ message, hint }: Pick<ProcdeckError, 'message' | 'hint'>): string {
	return hint === null ? message : `${message}: ${hint}`;
}

const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
	'usage',
	'no-procfile',
	'invalid-file',
	'unknown-type',
	'unknown-server',
	'limit',
]);

/** The exit code of a command that ended with this error: 2 for bad usage or bad input, else 1. */
export function exitCodeOf(code: ErrorCode): 1 | 2 {
	return BAD_INPUT.has(code) ? 2 : 1;
}

/** A remark about a line of a file that the user wrote. Line numbers count from 1; null where the whole file is meant. */
export interface FileMessage {
	readonly file: string;
	readonly line: number | null;
	readonly message: string;
}

/** `Procfile:3: skipped: …` */
export function formatFileMessage({ file, line, message }: FileMessage): string {
	return line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`;
}
