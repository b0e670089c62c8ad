import { scryptSync } from 'node:crypto';

/** What units of a type run from some time on. */
export interface Launch {
	/** Of its template and its script. */
	readonly fingerprint: string;
	/** Milliseconds since the epoch by the server's clock. */
	readonly changedAt: number;
}

export interface TypeRecord extends Launch {
	/** The Procfile's text that its units run. */
	readonly command: string;
	/** PORT of its first instance; null: none has one. */
	readonly firstPort: number | null;
	/** What they ran before, the latest first: what comes back is what some of them may run still. */
	readonly before?: readonly Launch[];
}

/** What is kept of a stack on a server beside its units: what systemd has no place for. */
export interface StackRecord {
	readonly version: 1;
	/** Counts kept by `pause`. */
	readonly paused: Readonly<Record<string, number>>;
	readonly types: Readonly<Record<string, TypeRecord>>;
	/** Which environment is there, without telling it, and since when. */
	readonly environment: { readonly salt: string; readonly digest: string; readonly changedAt: number };
}

/** @returns null for what is missing, damaged, or of another version */
export function parseRecord(text: string | undefined): StackRecord | null {
	if (text === undefined) return null;
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) ? value : null;
	} catch {
		return null;
	}
}

function isRecord(value: unknown): value is StackRecord {
	if (!isObject(value) || value.version !== 1) return false;
	return isObject(value.paused) && isObject(value.types) && isObject(value.environment);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

export function recordText(record: StackRecord): string {
	return `${JSON.stringify(record, null, '\t')}\n`;
}

/** The latest digest by its salt: it is asked for whenever anything is looked at, and takes 50 ms. */
const digests = new Map<string, { readonly text: string; readonly digest: string }>();

/**
 * Tells whether two environments are the same to those who know one of them, and to nobody else: everybody on the server
 * may read it, and a value may be short.
 */
export function environmentDigest(text: string, salt: string): string {
	const known = digests.get(salt);
	if (known?.text === text) return known.digest;
	const digest = scryptSync(text, salt, 16).toString('hex');
	digests.set(salt, { text, digest });
	return digest;
}
