import { expect, it } from 'vitest';
import type { Change } from '../../../src/model/change.ts';
import { plan } from '../../../src/server/plan/plan.ts';
import {
	EMPTY_STATE,
	newInstance,
	type Phase,
	type SupervisorState,
} from '../../../src/server/plan/state.ts';
import { definition } from '../embedded/step/definitions.ts';

const RUNNING: Phase = {
	kind: 'running',
	process: { pid: 7, startTime: 7, startedAt: 7, startedMono: 7 },
	until: null,
	settled: true,
};

/** Two are wanted, and the third is beyond them, as far as it is. */
function withThird(phase: Phase): SupervisorState {
	const formation = { ...EMPTY_STATE.formation, power: 'up', wanted: { worker: 2 } } as const;
	const phases = [RUNNING, RUNNING, phase];
	const instances = phases.map((each, at) => ({ ...newInstance(formation, 'worker', at + 1), phase: each }));
	return {
		...EMPTY_STATE,
		formation,
		definitions: new Map([['worker', definition('worker', {})]]),
		instances: new Map(instances.map((instance) => [instance.name, instance])),
	};
}

function scaledTo(to: number, state: SupervisorState) {
	const change: Change = { verb: 'scale', targets: [{ type: 'worker', to, expected: null }] };
	return plan(state, change, { initial: {}, server: 'web1' }).rows;
}

it.each([
	[1, ['rests worker.2', 'rests worker.3']],
	[2, ['rests worker.3']],
	[3, ['runs worker.3']],
])('what runs beyond what is wanted is ended by scaling to %i, unless that wants it', (to, goals) => {
	const [row] = scaledTo(to, withThird(RUNNING));
	expect(row).toMatchObject({ from: 2, to, outcome: null });
	const isEnded = goals.includes('rests worker.3');
	expect(row?.reason).toBe(isEnded ? 'also ends 1 that ran beyond it' : null);
	expect(row?.goals.map(({ kind, name }) => `${kind} ${name}`)).toEqual(goals);
});

it('what is about to end by itself is nothing to be ended', () => {
	expect(scaledTo(2, withThird({ kind: 'ended' }))).toMatchObject([{ outcome: 'unchanged', goals: [] }]);
});
