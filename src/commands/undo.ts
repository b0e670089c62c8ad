import { agoText, changeText, passedOverTexts } from '../model/change-text.ts';
import { sanitize } from '../model/sanitize.ts';
import { planUndo, type UndoPlan } from '../model/undo-plan.ts';
import { snapshotsOf } from '../session/snapshot.ts';
import { undo as takeBack } from '../session/undo.ts';
import { changeOptions, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import type { Output } from './output/output.ts';
import { withProgress } from './output/progress.ts';
import { noteUnreachable } from './output/unreachable.ts';

/** Takes back the caller's own last change that still can be. */
export async function undo(
	context: Context,
	_operands: readonly string[],
	flags: WaitFlags,
): Promise<number> {
	const { globals, output } = context;
	const stack = await openStackOrRemains(context);
	const definitions = stack.servers;
	const { plan, title, rows } = await withServers(globals, stack, definitions, 'attach', async (servers) => {
		const options = changeOptions(flags);
		const all = { withHistory: true, withTraffic: true };
		const { observations, unreachable } = await snapshotsOf(servers, all);
		noteUnreachable(output, unreachable);
		const plan = planUndo(observations, options.who);
		const title = titleOf(plan);
		tellPassedOver(output, plan);
		const rows = await withProgress(output, title, (onProgress) =>
			takeBack(servers, plan, { ...options, onProgress }),
		);
		return { plan, title, rows };
	});
	if (rows.length > 0 && !output.json && !output.quiet) output.print(title);
	return reportChanges(context, stack, rows, 'nothing of yours to take back', jsonOf(plan));
}

/** `undo of scale web 2 -> 4 on local, 3 minutes ago` */
function titleOf({ parts }: UndoPlan): string {
	const latest = parts.at(-1);
	if (latest === undefined) return 'undo';
	const text = `undo of ${changeText(parts)}, ${agoText(latest.at, Date.now())}`;
	return sanitize(text, { colours: false });
}

function tellPassedOver(output: Output, { passedOver }: UndoPlan): void {
	if (output.json) return;
	for (const text of passedOverTexts(passedOver)) output.note(`passed over ${text}`);
}

function jsonOf({ parts, passedOver }: UndoPlan): object {
	return {
		takesBack: parts,
		passedOver: passedOver.map(({ part, reason }) => ({ ...part, reason })),
	};
}
