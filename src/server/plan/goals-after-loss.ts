import { type Goal, type GoalState, goalState } from './goals.ts';
import type { Instance, SupervisorState } from './state.ts';

/**
 * As {@link goalState}, for a change whose connection to the server broke midway and is back: what nothing is being done
 * for by now was never asked of the server, and nobody else took it back.
 * @param reason why the connection broke
 */
export function goalStateAfterLoss(goal: Goal, state: SupervisorState, reason: string): GoalState {
	const missing = whatIsMissing(goal, state.instances.get(goal.name));
	if (missing === null) return goalState(goal, state);
	return { kind: 'failed', reason: `${missing}: ${reason}`, code: 'unreachable' };
}

function whatIsMissing(goal: Goal, instance: Instance | undefined): string | null {
	const phase = instance?.phase.kind ?? 'idle';
	const isUp = phase === 'starting' || phase === 'running';
	if (goal.kind === 'rests') return isUp || phase === 'backoff' ? 'not stopped' : null;
	if (phase === 'idle') return 'not started';
	return isUp && instance !== undefined && instance.starts <= goal.startsAfter ? 'not restarted' : null;
}
