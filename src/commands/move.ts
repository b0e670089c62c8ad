import { ProcdeckError } from '../model/errors.ts';
import { parseSelectors } from '../model/formation-arguments.ts';
import { serverNamed } from '../session/choose-servers.ts';
import { move as moveInstances } from '../session/move.ts';
import { changeOptions, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';
import { parseWithOrphans } from './known-types.ts';
import { openStackOrLastGood, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { withProgress } from './output/progress.ts';

export type MoveFlags = WaitFlags & { readonly from: string; readonly to: string; readonly count?: number };

/** Moves instances of a type from one server to another. */
export async function move(context: Context, operands: readonly string[], flags: MoveFlags): Promise<number> {
	const { globals, output } = context;
	const stack = await openStackOrLastGood(context);
	if (flags.from === flags.to) {
		throw new ProcdeckError('usage', `--from and --to are the same server, ${flags.from}`);
	}
	const definitions = [flags.from, flags.to].map((name) => serverNamed(stack.servers, name));
	const [selector] = await parseWithOrphans(globals, stack, definitions, (known) =>
		parseSelectors(operands, known),
	);
	const { type, index } = selector!;
	if (index !== null) throw new ProcdeckError('usage', `move takes a whole type, not ${type}.${index}`);
	const rows = await withServers(globals, stack, definitions, 'attach', ([from, to]) =>
		withProgress(output, `moving ${type}`, (onProgress) =>
			moveInstances(from!, to!, type, flags.count ?? null, { ...changeOptions(flags), onProgress }),
		),
	);
	return reportChanges(context, stack, rows, 'nothing to move');
}
