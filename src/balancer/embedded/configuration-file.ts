import { isDeepStrictEqual } from 'node:util';
import { readJson, readOrNull, writeAtomically } from '../../files/private-files.ts';
import type { BalancerConfiguration } from '../../model/balancer.ts';

/** Raised when an older version could no longer read it. */
const VERSION = 1;

interface Written {
	readonly version: number;
	readonly configuration: BalancerConfiguration;
}

/**
 * @returns null when there is none
 * @throws ProcdeckError `refused` when it cannot be read
 */
export function readConfiguration(file: string): BalancerConfiguration | null {
	return readJson(file, isWritten)?.configuration ?? null;
}

/** What the file itself says by now; null: nothing that can be read. */
export function readExactly(file: string): BalancerConfiguration | null {
	try {
		const value: unknown = JSON.parse(readOrNull(file) ?? 'null');
		return isWritten(value) ? value.configuration : null;
	} catch {
		return null;
	}
}

/** @throws ProcdeckError `refused`; then the one before is still there */
export function writeConfiguration(file: string, configuration: BalancerConfiguration): Promise<void> {
	return writeAtomically(file, textOf(configuration));
}

/** What its file says. */
export function textOf(configuration: BalancerConfiguration): string {
	const written: Written = { version: VERSION, configuration };
	return `${JSON.stringify(written, null, '\t')}\n`;
}

export function sameConfiguration(a: BalancerConfiguration | null, b: BalancerConfiguration | null): boolean {
	return isDeepStrictEqual(a, b);
}

function isWritten(value: unknown): value is Written {
	if (typeof value !== 'object' || value === null) return false;
	const { version, configuration } = value as Partial<Written>;
	return version === VERSION && isConfiguration(configuration);
}

/** Somebody may have edited it by hand. */
function isConfiguration(value: Partial<BalancerConfiguration> | undefined): boolean {
	const { settings, serving, backends } = value ?? {};
	return (
		typeof settings?.port === 'number' &&
		typeof settings.healthCheck === 'string' &&
		typeof settings.drainTimeoutMs === 'number' &&
		typeof serving === 'object' &&
		Array.isArray(backends) &&
		backends.every(({ address, port }) => typeof address === 'string' && typeof port === 'number')
	);
}
