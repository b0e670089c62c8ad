import type { ErrorCode } from '../../model/errors.ts';
import { exitText } from '../../model/exit-text.ts';
import type { ProcessSettings } from '../../model/stack.ts';
import { type Instance, liveProcess, type SupervisorState, wantedOf } from './state.ts';

/** What has to become true of one instance before a change has settled. */
export type Goal =
	/** Runs and has settled, in a start later than `startsAfter`. */
	| {
			readonly kind: 'runs';
			readonly name: string;
			readonly startsAfter: number;
			/** That start is its turn in a rolling restart. */
			readonly rolling: boolean;
	  }
	/** Nothing of it runs. */
	| { readonly kind: 'rests'; readonly name: string };

export type GoalState =
	| { readonly kind: 'pending' }
	| { readonly kind: 'done' }
	/** Nobody waited for it any more. */
	| { readonly kind: 'left' }
	| { readonly kind: 'failed'; readonly reason: string; readonly code: ErrorCode };

const PENDING: GoalState = { kind: 'pending' };
const DONE: GoalState = { kind: 'done' };
const OVERTAKEN: GoalState = { kind: 'failed', reason: 'taken back by a later change', code: 'conflict' };

const TIME_TO_SETTLE_MS = 60_000;

export function goalState(goal: Goal, state: SupervisorState): GoalState {
	const instance = state.instances.get(goal.name);
	if (goal.kind === 'rests') return restState(instance);
	if (instance === undefined) return OVERTAKEN;
	if (instance.starts <= goal.startsAfter) return notYetRestarted(goal, instance, state);
	return runState(instance);
}

function restState(instance: Instance | undefined): GoalState {
	if (instance === undefined) return DONE;
	const { phase } = instance;
	if (phase.kind === 'stuck') return failed(phase.reason);
	if (phase.kind === 'stopping' && phase.after.kind === 'idle') return PENDING;
	// What is handed to the kernel can only be stopped once it is there.
	if (phase.kind === 'spawning') return PENDING;
	return liveProcess(instance) === null ? DONE : OVERTAKEN;
}

function notYetRestarted(
	goal: Goal & { kind: 'runs' },
	instance: Instance,
	state: SupervisorState,
): GoalState {
	if (instance.phase.kind === 'failed' || instance.phase.kind === 'stuck')
		return failed(instance.phase.reason);
	if (instance.phase.kind === 'idle' || isUnwanted(instance, state)) return OVERTAKEN;
	if (!goal.rolling) return PENDING;
	const waits = state.rollouts.some(
		({ pending, current }) => pending.includes(goal.name) || current.some(({ name }) => name === goal.name),
	);
	return waits ? PENDING : failed('left as it was: another instance did not come back');
}

function isUnwanted({ type, index, phase }: Instance, { formation }: SupervisorState): boolean {
	return index > wantedOf(formation, type) || (phase.kind === 'stopping' && phase.after.kind === 'idle');
}

function runState(instance: Instance): GoalState {
	const { phase } = instance;
	switch (phase.kind) {
		case 'running':
			return phase.settled ? DONE : PENDING;
		case 'ended':
			return DONE;
		case 'failed':
		case 'stuck':
			return failed(phase.reason);
		case 'backoff':
			return failed(instance.lastExit === null ? 'does not stay up' : exitText(instance.lastExit));
		case 'idle':
			return OVERTAKEN;
		case 'stopping':
			return phase.after.kind === 'idle' ? OVERTAKEN : PENDING;
		default:
			return PENDING;
	}
}

function failed(reason: string): GoalState {
	return { kind: 'failed', reason, code: 'internal' };
}

/** How long one instance may take to stop, start and settle, in milliseconds. */
export function timeToSettle(settings: Pick<ProcessSettings, 'stop' | 'ready'> | undefined): number {
	const stopWaits = (settings?.stop ?? []).reduce((sum, { waitMs }) => sum + waitMs, 0);
	return TIME_TO_SETTLE_MS + stopWaits + (settings?.ready?.timeoutMs ?? 0);
}
