import type { ConsoleState, ServerEntry } from './console-store.ts';
import { derived } from './derived.ts';

/** The release that was switched to last on any server; null: no server has one. */
const latest: (state: ConsoleState) => string | null = derived(
	({ servers }) => [servers],
	({ servers }) => {
		const releases = servers.flatMap(({ observation }) => observation?.release ?? []);
		return releases.toSorted((a, b) => b.since - a.since)[0]?.id ?? null;
	},
);

/** A server whose code is another than that of the latest release. */
export interface OtherRelease {
	/** null: its code is in no release. */
	readonly has: string | null;
	readonly latest: string;
}

/** null: it has the latest release, or none that is known of. */
export function otherRelease(state: ConsoleState, { observation }: ServerEntry): OtherRelease | null {
	const id = latest(state);
	// On this machine the code is the folder.
	if (id === null || observation === null || observation.kind === 'local') return null;
	const has = observation.release?.id ?? null;
	return has === id ? null : { has, latest: id };
}
