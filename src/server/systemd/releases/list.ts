import type { ReleaseRecord, ReleasesOnServer } from '../../../model/release.ts';
import type { Session } from '../session.ts';
import { printed } from './command.ts';
import { currentRelease } from './current.ts';
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
	const said = (kind: string) =>
		lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
	const records = said('made').flatMap((record) => parseRecord(record) ?? []);
	const { current, before } = currentRelease(said('current')[0], said('was'));
	const isThere = (id: string) => records.some((record) => record.id === id);
	const past = before.map(({ id }) => id).reverse();
	const earlier = current === null ? [] : wayTo(current.id, past).reverse().filter(isThere);
	return {
		releases: {
			current: current === null || !isThere(current.id) ? null : current.id,
			before: earlier,
			records: records.toSorted((a, b) => b.at.localeCompare(a.at)),
		},
		partial: said('partial'),
	};
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
