import type { SupervisorChange } from '../../model/change.ts';
import { type Plan, plan } from '../plan/plan.ts';
import type { SupervisorEvent } from './step/events.ts';
import type { Supervisor } from './supervisor.ts';

/** Plans a change on a supervisor, records it and sets it going. */
export async function begin(
	supervisor: Supervisor,
	change: SupervisorChange,
): Promise<{ planned: Plan; problem: Error | null }> {
	// What starts from now on gets the files as they are at this moment, and after a start or restart the caller's shell.
	await supervisor.watch.refresh();
	const { initial, definition } = supervisor;
	const planned = plan(supervisor.state, change, { initial, server: definition.name });
	try {
		await recordPlan(supervisor, planned, 'shell' in change ? change.shell : null);
		return { planned, problem: null };
	} catch (error) {
		return { planned, problem: error as Error };
	}
}

async function recordPlan(
	supervisor: Supervisor,
	{ formation, restarts }: Plan,
	shell: Readonly<Record<string, string>> | null,
): Promise<void> {
	const events = restarts.map(({ names, width }): SupervisorEvent => {
		return { kind: 'restart', names, width };
	});
	if (formation === supervisor.state.formation) supervisor.dispatch(...events);
	else await supervisor.record(formation, events, shell);
}
