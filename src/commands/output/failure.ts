import { exitCodeOf, ProcdeckError } from '../../model/errors.ts';
import { sanitize } from '../../model/sanitize.ts';
import { jsonLine } from './json.ts';

/** How the process ends for an error: what to write where, and its exit code. */
export interface Failure {
	readonly stdout: string;
	readonly stderr: string;
	readonly exitCode: 1 | 2;
}

/** Anything but a ProcdeckError is a bug, and keeps its stack so that it can be reported. */
export function failureOf(error: unknown, json: boolean): Failure {
	const known = error instanceof ProcdeckError ? error : asInternal(error);
	const { code, message, hint } = known;
	const exitCode = exitCodeOf(code);
	if (json) return { stdout: jsonLine({ error: { code, message, hint } }), stderr: '', exitCode };
	const lines = [`procdeck: ${message}`, ...(hint === null ? [] : [`  ${hint}`])];
	return { stdout: '', stderr: `${sanitize(lines.join('\n'), { colours: false })}\n`, exitCode };
}

function asInternal(error: unknown): ProcdeckError {
	const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return new ProcdeckError('internal', `this is a bug: ${what}`, null, { cause: error });
}
