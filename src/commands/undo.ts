import { snapshotOf } from '../session/snapshot.ts';
import { undo as takeBack } from '../session/undo.ts';
import { changeOptions, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';
import { isDrivable, openStackOrRemains, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { withProgress } from './output/progress.ts';

/** Takes back the caller's own last change. */
export async function undo(
	{ globals, output }: Context,
	_operands: readonly string[],
	flags: WaitFlags,
): Promise<number> {
	const stack = await openStackOrRemains(globals);
	const rows = await withServers(
		globals,
		stack,
		stack.servers.filter(isDrivable),
		'attach',
		async (servers) => {
			const observations = await Promise.all(servers.map(snapshotOf));
			return withProgress(output, 'taking back', (onProgress) =>
				takeBack(servers, observations, { ...changeOptions(flags), onProgress }),
			);
		},
	);
	return reportChanges(output, rows, 'nothing of yours to take back');
}
