import type { ChangeOptions, ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { lookUp } from '../model/look-up.ts';
import { changesSomething, doneText, type SetupItem, type SetupPlan } from '../model/setup.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';

/** What is to be done on one server, or why that cannot be known. */
export interface ServerSync {
	readonly server: Server;
	readonly plan: SetupPlan;
	/** null: the plan is known. */
	readonly error: ProcdeckError | null;
}

const NOTHING: SetupPlan = { isSetUp: true, items: [] };

/** What is to be done on each server so that it is as the stack's files want it. Nothing is changed yet. */
export function planSync(stack: Stack, servers: readonly Server[]): Promise<ServerSync[]> {
	return Promise.all(
		servers.map(async (server): Promise<ServerSync> => {
			try {
				const plan = (await server.setup?.plan()) ?? NOTHING;
				const { name } = server.definition;
				return { server, plan: plan.isSetUp ? plan : firstPlan(stack, name, plan), error: null };
			} catch (error) {
				return { server, plan: NOTHING, error: known(error) };
			}
		}),
	);
}

/** A server that has instances from the first is set up by the verb that starts them: else their counts would be lost. */
function firstPlan({ processTypes }: Stack, server: string, plan: SetupPlan): SetupPlan {
	const isEmpty = processTypes.every(({ settings }) => (lookUp(settings.scale, server) ?? 0) === 0);
	if (isEmpty) return plan;
	const what = 'nothing of it is set up there yet: `procdeck start` does that';
	return { isSetUp: false, items: [{ type: null, what, action: 'nothing', paths: [], diff: [] }] };
}

/** Does on each server what was planned; a server that fails has rows that say so, and the others go on. */
export async function syncAll(
	syncs: readonly ServerSync[],
	options: Pick<ChangeOptions, 'who' | 'changeId' | 'onProgress'>,
): Promise<ChangeRow[]> {
	const { who, changeId, onProgress = () => {} } = options;
	let done = 0;
	const rows = await Promise.all(
		syncs.map(async ({ server, plan, error }) => {
			const { name } = server.definition;
			if (error !== null) return [failedRow(name, null, error)];
			try {
				if (changesSomething(plan)) await server.setup?.write(plan, { verb: 'sync', who, changeId });
				return rowsOf(name, plan);
			} catch (failure) {
				return plan.items.map(({ type }) => failedRow(name, type, known(failure)));
			} finally {
				done++;
				onProgress(done, syncs.length);
			}
		}),
	);
	return rows.flat();
}

/** Anything but a ProcdeckError is a bug and goes up as it is. */
function known(error: unknown): ProcdeckError {
	if (error instanceof ProcdeckError) return error;
	throw error;
}

function failedRow(server: string, type: string | null, { code, message }: ProcdeckError): ChangeRow {
	const outcome = code === 'unreachable' ? 'unreachable' : 'failed';
	return { server, type, from: null, to: null, outcome, reason: message, code };
}

function rowsOf(server: string, { items }: SetupPlan): ChangeRow[] {
	if (items.length === 0)
		return [{ server, type: null, from: null, to: null, outcome: 'unchanged', reason: null }];
	return items.map((item) => itemRow(server, item));
}

function itemRow(server: string, item: SetupItem): ChangeRow {
	const { type, action } = item;
	const outcome = action === 'nothing' ? 'unchanged' : 'done';
	return { server, type, from: null, to: null, outcome, reason: doneText(item) };
}
