import type { Change, ChangeOptions, ChangeRow } from '../model/change.ts';
import type { KnownTypes } from '../model/formation-arguments.ts';
import { freshId } from '../model/fresh-id.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { applyToAll } from '../session/fan-out.ts';
import type { Context } from './context.ts';
import { parseWithOrphans } from './known-types.ts';
import { openStackOrLastGood, openStackOrRemains, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { withProgress } from './output/progress.ts';
import { currentUser } from './who.ts';

/** `--no-wait` and `--timeout`. */
export interface WaitFlags {
	readonly wait: boolean;
	/** Milliseconds. */
	readonly timeout?: number;
}

/** The options of one change, made new for each verb that runs. */
export function changeOptions(flags: WaitFlags): ChangeOptions {
	return {
		wait: flags.wait,
		timeoutMs: flags.timeout ?? null,
		who: currentUser(),
		changeId: freshId(),
	};
}

/** A verb that makes one change on some servers: which ones, and which change. */
export interface ChangePlan {
	/** Such as «scaling», for the progress line. */
	readonly what: string;
	/** Whether it makes sense on instances alone, whatever became of the Procfile: all that only stops them. */
	readonly takesRemains: boolean;
	choose(stack: Stack): readonly ServerDefinition[];
	/** @param known the process types that arguments may name */
	build(known: KnownTypes): Change;
	/** What to say where there is nothing to change; by default that nothing is wanted there. */
	readonly ifNone?: string;
}

/** Carries out a plan and tells what became of it. */
export async function applyChange(context: Context, flags: WaitFlags, plan: ChangePlan): Promise<number> {
	const { globals, output } = context;
	const stack = await (plan.takesRemains ? openStackOrRemains(context) : openStackOrLastGood(context));
	// What is wrong with the arguments themselves is said first: it is wrong on every server.
	const change = await parseWithOrphans(globals, stack, stack.servers, plan.build);
	const definitions = plan.choose(stack);
	const rows = await withServers(globals, stack, definitions, 'attach', (servers) =>
		withProgress(
			output,
			plan.what,
			(onProgress): Promise<ChangeRow[]> =>
				applyToAll(servers, change, { ...changeOptions(flags), onProgress }),
		),
	);
	return reportChanges(context, stack, rows, plan.ifNone ?? nothingWanted(definitions));
}

/** Types with a count, running or not, have a row. */
function nothingWanted(servers: readonly ServerDefinition[]): string {
	const names = servers.map(({ name }) => name).join(', ');
	return `nothing to change: nothing is wanted on ${names} (\`procdeck scale TYPE=1\` makes it so)`;
}
