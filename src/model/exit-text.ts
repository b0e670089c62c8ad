import type { LastExit } from './observed.ts';

/** An exit in words: why Procdeck ended it or could not start it, else its signal (`SIGKILL`) or code (`exit 1`). */
export function exitText({ code, signal, reason }: Pick<LastExit, 'code' | 'signal' | 'reason'>): string {
	if (reason !== undefined) return reason;
	if (signal !== null) return signal;
	return code === null ? 'exit not seen' : `exit ${code}`;
}
