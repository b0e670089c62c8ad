import type { Goal } from '../plan/goals.ts';
import type { Formation } from '../plan/state.ts';
import { setUp, withoutOverride } from '../plan/verbs/power.ts';
import type { Supervisor } from './supervisor.ts';
import { LONGEST_TIMER_MS } from './timers.ts';

/** Starts what is wanted without anybody's verb: at a boot, or in the foreground. */
export function powerUp(
	supervisor: Supervisor,
	formation: Partial<Formation>,
	shell: Readonly<Record<string, string>> | null,
): Promise<void> {
	return supervisor.exclusively(() => {
		const counts = setUp(supervisor.state.formation, supervisor.initial);
		return supervisor.record({ ...counts, power: 'up', ...formation }, [], shell);
	});
}

/** Stops everything without anybody's verb; resolves when nothing is left, or cannot be ended. */
export async function powerOff(supervisor: Supervisor, power: 'down' | 'never'): Promise<void> {
	await supervisor.exclusively(() => {
		const formation = withoutOverride({ ...supervisor.state.formation, power, held: [] });
		// What runs is stopped even if that cannot be written down.
		return supervisor
			.record(formation, [], null)
			.catch(() => supervisor.dispatch({ kind: 'formation', formation }));
	});
	const goals = [...supervisor.state.instances.keys()].map((name): Goal => ({ kind: 'rests', name }));
	await supervisor.settling.wait(goals, supervisor.state, LONGEST_TIMER_MS, () => {});
}
