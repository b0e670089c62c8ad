import { describe, expect, it } from 'vitest';
import type { Goal } from '../../../src/server/plan/goals.ts';
import { goalStateAfterLoss } from '../../../src/server/plan/goals-after-loss.ts';
import {
	EMPTY_STATE,
	newInstance,
	type Phase,
	type SupervisorState,
} from '../../../src/server/plan/state.ts';

const PROCESS = { pid: 7, startTime: 0, startedAt: 0, startedMono: 0 };
const RUNNING: Phase = { kind: 'running', process: PROCESS, until: null, settled: true };
const STOPPING: Phase = {
	kind: 'stopping',
	process: PROCESS,
	step: 0,
	until: 0,
	after: { kind: 'idle' },
	exit: null,
};

const RUNS: Goal = { kind: 'runs', name: 'worker.1', startsAfter: -1, rolling: false };
const RESTARTED: Goal = { ...RUNS, startsAfter: 1 };
const RESTS: Goal = { kind: 'rests', name: 'worker.1' };

/** A worker that is wanted, was started once and is in this phase. */
function stateWith(phase: Phase): SupervisorState {
	const formation = { ...EMPTY_STATE.formation, power: 'up', wanted: { worker: 1 } } as const;
	const instance = { ...newInstance(formation, 'worker', 1), phase, starts: 1 };
	return { ...EMPTY_STATE, formation, instances: new Map([[instance.name, instance]]) };
}

const judge = (goal: Goal, phase: Phase) => goalStateAfterLoss(goal, stateWith(phase), 'no answer');

describe('a goal of a change whose connection broke', () => {
	it.each([
		['runs', RUNS, RUNNING],
		['rests', RESTS, { kind: 'idle' }],
		['ended by itself', RESTS, { kind: 'ended' }],
	] as const)('is reached where the instance %s', (_, goal, phase) => {
		expect(judge(goal, phase)).toEqual({ kind: 'done' });
	});

	it.each([
		['not started', RUNS, { kind: 'idle' }],
		['not restarted', RESTARTED, RUNNING],
		['not stopped', RESTS, RUNNING],
		['not stopped', RESTS, { kind: 'backoff', until: 0 }],
	] as const)('that nothing is being done for is told to be %s', (what, goal, phase) => {
		expect(judge(goal, phase)).toEqual({
			kind: 'failed',
			reason: `${what}: no answer`,
			code: 'unreachable',
		});
	});

	it.each([
		['starting', RUNS, { kind: 'spawning' }],
		['stopping', RESTS, STOPPING],
	] as const)('is waited for while the instance is %s', (_, goal, phase) => {
		expect(judge(goal, phase)).toEqual({ kind: 'pending' });
	});

	it('fails for what the server says itself', () => {
		expect(judge(RUNS, { kind: 'failed', reason: 'exit 3' })).toMatchObject({
			reason: 'exit 3',
			code: 'internal',
		});
	});

	it('is not reached by an instance that is not there', () => {
		expect(goalStateAfterLoss(RUNS, EMPTY_STATE, 'no answer')).toMatchObject({ code: 'unreachable' });
	});
});
