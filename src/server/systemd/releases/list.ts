import type { ReleaseRecord, ReleasesOnServer } from '../../../model/release.ts';
import type { Session } from '../session.ts';
import { printed } from './command.ts';
import { type CurrentRelease, currentRelease } from './current.ts';
import { LIST } from './scripts.ts';

export interface Listed {
	readonly releases: ReleasesOnServer;
	/** Releases that were begun and are not complete. */
	readonly partial: readonly string[];
}

/** @throws ProcdeckError `unreachable`, `refused` */
export async function listReleases(session: Session): Promise<Listed> {
	const command = ['/bin/sh', '-c', LIST, 'sh', session.layout.code] as const;
	const text = await printed(session, command, { what: 'cannot list the releases' });
	return parseListing(text.split('\n'));
}

export function parseListing(lines: readonly string[]): Listed {
	const records = said(lines, 'made').flatMap((record) => parseRecord(record) ?? []);
	const { current, before } = parseCurrent(lines);
	const isThere = (id: string) => records.some((record) => record.id === id);
	const past = before.map(({ id }) => id).reverse();
	const earlier = current === null ? [] : wayTo(current.id, past).reverse().filter(isThere);
	return {
		releases: {
			current: current === null || !isThere(current.id) ? null : current.id,
			before: earlier,
			records: records.toSorted((a, b) => b.at.localeCompare(a.at)),
		},
		partial: said(lines, 'partial'),
	};
}

/** What a listing says of the current release alone. */
export function parseCurrent(lines: readonly string[]): CurrentRelease {
	return currentRelease(said(lines, 'current')[0], said(lines, 'was'));
}

function said(lines: readonly string[], kind: string): string[] {
	return lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
}

/**
 * What was current before a release, without what was gone back from.
 * @param past the latest last; empty: none was
 */
function wayTo(id: string, past: readonly string[]): string[] {
	const way: string[] = [''];
	for (const each of [...past, id]) {
		const position = way.indexOf(each);
		way.splice(position === -1 ? way.length : position, way.length, each);
	}
	return way.slice(0, -1);
}

function parseRecord(text: string): ReleaseRecord | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && 'id' in value ? (value as ReleaseRecord) : null;
	} catch {
		return null;
	}
}
