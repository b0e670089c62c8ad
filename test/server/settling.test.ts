import { expect, it } from 'vitest';
import type { Goal } from '../../src/server/plan/goals.ts';
import { EMPTY_STATE, newInstance, type Phase, type SupervisorState } from '../../src/server/plan/state.ts';
import { Settling } from '../../src/server/settling.ts';

const LONG_MS = 60_000;
const GOAL: Goal = { kind: 'runs', name: 'worker.1', startsAfter: -1, rolling: false };
const PROCESS = { pid: 7, startTime: 0, startedAt: 0, startedMono: 0 };

function stateWith(phase: Phase): SupervisorState {
	const formation = { ...EMPTY_STATE.formation, power: 'up', wanted: { worker: 1 } } as const;
	const instance = { ...newInstance(formation, 'worker', 1), phase };
	return { ...EMPTY_STATE, formation, instances: new Map([[instance.name, instance]]) };
}

const STARTING = stateWith({ kind: 'spawning' });
const RUNNING = stateWith({ kind: 'running', process: PROCESS, until: null, settled: true });

it('decides nothing from the loss of a connection on until the state is known again', async () => {
	const settling = new Settling();
	const decided: number[] = [];
	const states = settling.wait([GOAL], STARTING, LONG_MS, (settled) => decided.push(settled));
	settling.interrupt('no answer');
	settling.check(RUNNING);
	expect(decided).toEqual([0]);
	settling.resume(RUNNING);
	expect(await states).toEqual([{ kind: 'done' }]);
});

it('judges what was under way when the connection was lost by what became of it', async () => {
	const settling = new Settling();
	const states = settling.wait([GOAL], STARTING, LONG_MS, () => {});
	settling.interrupt('no answer');
	settling.resume(stateWith({ kind: 'idle' }));
	expect(await states).toEqual([{ kind: 'failed', reason: 'not started: no answer', code: 'unreachable' }]);
});

it('tells of a connection that does not come back in time', async () => {
	const settling = new Settling();
	settling.interrupt('no answer');
	const [state] = await settling.wait([GOAL], RUNNING, 10, () => {});
	expect(state).toEqual({ kind: 'failed', reason: 'no answer', code: 'unreachable' });
});

it('needs no state to say that nothing has to become true', async () => {
	const settling = new Settling();
	settling.interrupt('no answer');
	expect(await settling.wait([], RUNNING, LONG_MS, () => {})).toEqual([]);
});

it('leaves what is undecided as it is when nobody waits any more, once that is noted', async () => {
	const settling = new Settling();
	const noted: string[] = [];
	const change = settling
		.wait([GOAL], STARTING, LONG_MS, () => {})
		.then(async (states) => {
			await Promise.resolve();
			noted.push(...states.map(({ kind }) => kind));
		});
	void settling.hold(change);
	await settling.leave();
	expect(noted).toEqual(['left']);
});
