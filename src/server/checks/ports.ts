import { type Found, fine } from '../../model/finding.ts';
import type { ProcessType } from '../../model/stack.ts';
import { WEB_TYPE } from '../../model/stack.ts';

const CHECK = 'ports';

/** A port of the stack that somebody else listens on. */
export interface TakenPort {
	readonly port: number;
	/** Who it is; null where that cannot be known. */
	readonly by: string | null;
}

/** @param taken a text says why nobody could look */
export function portsFinding(taken: readonly TakenPort[] | string): Found {
	if (typeof taken === 'string') return fine(CHECK, `not looked at: ${taken}`);
	if (taken.length === 0) return fine(CHECK, 'nobody else listens on those of the stack');
	const list = taken.map(({ port, by }) => (by === null ? String(port) : `${port} (${by})`)).join(', ');
	const message = `somebody else listens on ${list}`;
	return {
		check: CHECK,
		severity: 'error',
		message,
		fix: 'end that, or set another `port_base` for the server',
	};
}

/** Whether instances of a type are known to listen on their PORT: those that get web traffic or are asked whether they are ready. */
export function listens({ name, settings: { ready } }: Pick<ProcessType, 'name' | 'settings'>): boolean {
	return name === WEB_TYPE || ready?.kind === 'http' || (ready?.kind === 'tcp' && ready.port === null);
}
