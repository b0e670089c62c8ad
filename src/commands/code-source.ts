import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { ChooseCode, Code } from '../session/addition/look.ts';
import { draftRelease, type ReleaseDraft } from '../session/release/make.ts';
import type { FollowedStack } from '../session/release/order.ts';
import { putRelease, type Running, releasedOn } from '../session/release/put.ts';
import type { Globals } from './globals.ts';
import { withServers } from './open-stack.ts';
import { currentUser } from './who.ts';

/** Does some work until it is done or a person stops it. */
export type Stoppable = (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;

/**
 * The code of a server that is added: the release that other servers of the stack run, so that all are in step; where none
 * has one, what is committed.
 * @param stack with the server in it
 * @param followed what the server takes its units from: from now on as the release has them
 */
export function codeSource(
	globals: Globals,
	stack: Stack,
	server: string,
	followed: FollowedStack,
	stoppable: Stoppable,
): ChooseCode {
	return async () => {
		const running = await releaseElsewhere(globals, stack, server);
		const draft = await draftOf(stack, running);
		followed.stack = draft.stack;
		return codeOf(draft, running, followed, stoppable);
	};
}

/** null: no other server has a release, or none of those that do can be reached. */
async function releaseElsewhere(globals: Globals, stack: Stack, server: string): Promise<Running | null> {
	const others = stack.servers.filter(({ name, kind }) => kind === 'ssh' && name !== server);
	if (others.length === 0) return null;
	return withServers(globals, stack, others, 'peek', (servers: readonly Server[]) =>
		Promise.any(servers.map(releasedOn)).catch(() => null),
	);
}

/** What is in no commit alone can be had only from the folder, as it is now. */
function draftOf(stack: Stack, running: Running | null): Promise<ReleaseDraft> {
	const revision = running?.record.revision ?? null;
	const isCommit = revision !== null && !revision.endsWith('+');
	const name = isCommit ? revision : null;
	return draftRelease(stack, { name, dirty: revision !== null && !isCommit }, currentUser());
}

function codeOf(
	draft: ReleaseDraft,
	running: Running | null,
	followed: FollowedStack,
	stoppable: Stoppable,
): Code {
	const { record, source } = draft;
	const isOther = running !== null && running.record.id !== record.id;
	const differs = isOther
		? [
				`it is not the release of ${running.server}, ${running.record.id}: \`procdeck release\` brings all in step`,
			]
		: [];
	return {
		title: `${record.id} (${record.title})`,
		remarks: [...source.remarks, ...differs],
		put: (server, onLine) =>
			stoppable((signal) =>
				putRelease(draft, server, {
					followed,
					// It runs once for a release, wherever that is.
					isPrepared: running !== null && !isOther,
					who: currentUser(),
					onLine,
					signal,
				}),
			),
		close: () => source.close(),
	};
}
