import { freshId } from '../model/fresh-id.ts';
import { changesSomething } from '../model/setup.ts';
import { coveredServers } from '../session/choose-servers.ts';
import { succeeded } from '../session/outcome.ts';
import { planSync, type ServerSync, syncAll } from '../session/sync.ts';
import { confirm, declined, type Question } from './confirm.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import { isEmbedded } from './open-server.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { pasteable } from './output/pasteable.ts';
import { withProgress } from './output/progress.ts';
import { setupDetails, setupText } from './output/setup-text.ts';
import { tellStale } from './output/stale.ts';
import { currentUser } from './who.ts';

export interface SyncFlags {
	readonly server?: string;
	readonly yes?: boolean;
}

/** Makes what is on the servers what the files say, after showing what that is. */
export async function sync(
	context: Context,
	_operands: readonly string[],
	{ server, yes = false }: SyncFlags,
): Promise<number> {
	const { globals, output } = context;
	const stack = await openStack(globals);
	const covered = coveredServers(stack.servers, server);
	// An embedded supervisor reads the files itself.
	const written = covered.filter((definition) => !isEmbedded(definition));
	const result = await withServers(globals, stack, written, 'peek', async (servers) => {
		const syncs = await withProgress(output, 'looking at the servers', () => planSync(stack, servers));
		const changing = syncs.filter(({ plan }) => changesSomething(plan));
		if (changing.length > 0 && !(await confirm(questionOf(globals, changing), yes))) return null;
		const options = { who: currentUser(), changeId: freshId() };
		const rows = await withProgress(output, 'writing', (onProgress) =>
			syncAll(syncs, { ...options, onProgress }),
		);
		const failed = new Set(rows.filter((row) => !succeeded(row)).map((row) => row.server));
		return { rows, stale: changing.filter((each) => changesRunning(each) && !failed.has(nameOf(each))) };
	});
	if (result === null) return declined(output);
	const exitCode = reportChanges(context, stack, result.rows, 'no server has anything written to it');
	tellStale(context, result.stale.map(nameOf));
	return exitCode;
}

function questionOf(globals: Globals, syncs: readonly ServerSync[]): Question {
	const plans = syncs.map((sync) => [nameOf(sync), sync.plan] as const);
	return {
		plan: plans
			.map(([server, plan]) => pasteable(setupText(server, plan), { ...globals, server }))
			.join('\n'),
		question: `Do that on ${plans.map(([name]) => name).join(', ')}?`,
		details: setupDetails(plans),
	};
}

function nameOf({ server }: ServerSync): string {
	return server.definition.name;
}

/** Whether instances may run with what was there before. */
function changesRunning({ plan: { isSetUp, items } }: ServerSync): boolean {
	return isSetUp && items.some(({ action }) => action === 'write');
}
