import { describe, expect, it } from 'vitest';
import type { Goal } from '../../../src/server/plan/goals.ts';
import { EMPTY_STATE, type Formation } from '../../../src/server/plan/state.ts';
import { takenBack, whatIsRecorded } from '../../../src/server/systemd/recorded.ts';

const UP: Formation = { ...EMPTY_STATE.formation, power: 'up', wanted: { web: 1, worker: 2 } };

/** Of a change of the workers alone. */
function planned(after: Formation, goals: readonly Goal[] = [], before: Formation = UP) {
	const row = { type: 'worker', from: 2, to: 4, outcome: null, reason: null, goals };
	return { before, plan: { formation: after, restarts: [], rows: [row] } };
}

describe('what of a change is recorded', () => {
	const scaled = { ...UP, wanted: { ...UP.wanted, worker: 4 } };

	it('is all of it once everything is there, whatever became of other types', () => {
		expect(whatIsRecorded(planned(scaled), { ...scaled, wanted: { web: 9, worker: 4 } })).toBe('all');
	});

	it('is less while something is as it was before', () => {
		expect(whatIsRecorded(planned(scaled), UP)).toBe('less');
		const paused = { ...UP, wanted: { web: 1, worker: 0 }, paused: { worker: 2 } };
		expect(whatIsRecorded(planned(paused), { ...UP, paused: { worker: 2 } })).toBe('less');
	});

	it('is less where the first type was set up and nothing was switched on yet', () => {
		const never: Formation = { ...EMPTY_STATE.formation, power: 'never' };
		expect(whatIsRecorded(planned(scaled, [], never), { ...never, power: 'down' })).toBe('less');
	});

	it('is another where neither explains what is there', () => {
		expect(whatIsRecorded(planned(scaled), { ...UP, wanted: { web: 1, worker: 3 } })).toBe('other');
		expect(whatIsRecorded(planned(scaled), { ...UP, held: ['worker.1'] })).toBe('other');
		expect(whatIsRecorded(planned(scaled), { ...UP, power: 'down' })).toBe('other');
	});

	it('is all of a change that records nothing, such as a restart', () => {
		expect(whatIsRecorded(planned(UP), UP)).toBe('all');
	});
});

describe('taking back what was done of a change that was not recorded', () => {
	const runs = (name: string): Goal => ({ kind: 'runs', name, startsAfter: 3, rolling: false });
	const rests = (name: string): Goal => ({ kind: 'rests', name });
	const goalsOf = (goals: readonly Goal[], before?: Formation) =>
		takenBack(planned(UP, goals, before)).rows.flatMap((row) => row.goals);

	it('stops what was started and starts what was stopped, as it was wanted before', () => {
		expect(goalsOf([runs('worker.3'), runs('worker.2')])).toEqual([rests('worker.3')]);
		expect(goalsOf([rests('worker.2'), rests('worker.3')])).toMatchObject([
			{ kind: 'runs', name: 'worker.2' },
		]);
	});

	it('leaves at rest what was stopped before', () => {
		expect(goalsOf([rests('worker.2'), rests('worker.1')], { ...UP, held: ['worker.2'] })).toMatchObject([
			{ name: 'worker.1' },
		]);
		expect(goalsOf([rests('worker.1')], { ...UP, power: 'down' })).toEqual([]);
	});
});
