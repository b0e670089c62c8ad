import { type Found, fine } from '../../model/finding.ts';

const CHECK = 'memory';

/** What the instances of a process type take on a server. */
export interface MemoryUse {
	readonly type: string;
	readonly wanted: number;
	readonly running: number;
	/** Resident bytes of those that run, together. */
	readonly residentBytes: number;
	/** Bytes that one may take at most; null: no limit. */
	readonly memoryMax: number | null;
}

/** The memory of a machine, in bytes. */
export interface Memory {
	readonly total: number;
	/** What can be had without swapping. */
	readonly available: number;
}

/** Below this a machine swaps, or ends processes. */
const LEAST_AVAILABLE = 0.03;

const FIX = 'want fewer instances there, move some to another server, or set `memory_max` for their types';

/** Whether the wanted instances fit into the machine. @param memory null: it does not tell */
export function memoryFinding(memory: Memory | null, uses: readonly MemoryUse[]): Found {
	if (memory === null) return fine(CHECK, 'the server does not tell how much it has');
	const { total, available } = memory;
	const expected = sum(uses, (use) => use.wanted * (sizeOf(use) ?? 0));
	const missing = sum(uses, (use) => Math.max(0, use.wanted - use.running) * (sizeOf(use) ?? 0));
	const worst = sum(uses, (use) => use.wanted * (use.memoryMax ?? sizeOf(use) ?? 0));
	const bad = (severity: 'error' | 'warning', message: string): Found => ({
		check: CHECK,
		severity,
		message,
		fix: FIX,
	});
	const has = `the server has ${sizeText(total)}`;
	if (expected > total) return bad('error', `the wanted instances take ${sizeText(expected)}, and ${has}`);
	if (missing > available) {
		const left = `${sizeText(available)} of ${sizeText(total)} are left`;
		return bad('error', `what is wanted and does not run takes ${sizeText(missing)} more, and ${left}`);
	}
	if (available < LEAST_AVAILABLE * total)
		return bad('warning', `${sizeText(available)} of ${sizeText(total)} are left`);
	if (worst > total)
		return bad('warning', `the wanted instances may take ${sizeText(worst)} by \`memory_max\`, and ${has}`);
	return fine(CHECK, `${sizeText(available)} of ${sizeText(total)} are left${formationText(expected, uses)}`);
}

function formationText(expected: number, uses: readonly MemoryUse[]): string {
	const unknown = uses.filter((use) => use.wanted > 0 && sizeOf(use) === null).map(({ type }) => type);
	const known = expected === 0 ? '' : `, the wanted instances take ${sizeText(expected)}`;
	return unknown.length === 0 ? known : `${known}; of ${unknown.join(', ')} none runs to go by`;
}

/** Of one instance, as the running ones have it; while none runs its limit counts. */
function sizeOf({ running, residentBytes, memoryMax }: MemoryUse): number | null {
	return running === 0 ? memoryMax : residentBytes / running;
}

function sum(uses: readonly MemoryUse[], of: (use: MemoryUse) => number): number {
	return uses.reduce((all, use) => all + of(use), 0);
}

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

function sizeText(bytes: number): string {
	return bytes < GIBIBYTE ? `${Math.round(bytes / MEBIBYTE)} MiB` : `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
}
