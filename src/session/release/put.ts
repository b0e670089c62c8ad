import type { LineListener } from '../../link/lines.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { freshId } from '../../model/fresh-id.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import type { Server } from '../../server/server.ts';
import { succeeded } from '../outcome.ts';
import type { ReleaseDraft } from './make.ts';
import type { FollowedStack } from './order.ts';
import { releaseTo } from './release.ts';

/** The release that a server runs. */
export interface Running {
	readonly server: string;
	readonly record: ReleaseRecord;
}

/** The current release of a server. @throws Error where it has none, or cannot be reached */
export async function releasedOn({ definition, releases }: Server): Promise<Running> {
	const list = await releases?.list();
	const record = list?.records.find(({ id }) => id === list.current);
	if (record === undefined) throw new Error(`${definition.name} has no release`);
	return { server: definition.name, record };
}

export interface PutOptions {
	readonly followed: FollowedStack;
	/** Whether the `release:` command has run for it already. */
	readonly isPrepared: boolean;
	/** `user@host` */
	readonly who: string;
	readonly onLine: LineListener;
	readonly signal: AbortSignal;
}

/**
 * Puts a release on one server that is new to it.
 * @throws ProcdeckError with why it is not there, after all that was begun was taken back
 */
export async function putRelease(
	draft: ReleaseDraft,
	server: Server,
	{ followed, isPrepared, who, onLine, signal }: PutOptions,
): Promise<void> {
	const rows = await releaseTo({
		...draft,
		followed,
		servers: [server],
		isPrepared,
		parallel: 1,
		options: { wait: true, timeoutMs: null, who, changeId: freshId() },
		reporter: { step: (_server, text) => onLine(text), line: (_server, text) => onLine(text) },
		signal,
	});
	const failed = rows.find((row) => !succeeded(row));
	if (failed === undefined) return;
	throw new ProcdeckError(failed.code ?? 'refused', failed.reason ?? 'it could not be released');
}
