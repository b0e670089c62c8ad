import { describe, expect, it } from 'vitest';
import type { Change, ChangeRow } from '../../src/model/change.ts';
import { planUndo } from '../../src/model/undo-plan.ts';
import { move } from '../../src/session/move.ts';
import { undo } from '../../src/session/undo.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const OWN = { wait: true, timeoutMs: null, who: 'ann@desk' };
const OTHER = { ...OWN, who: 'bob@desk' };
let changes = 0;

function apply(server: ScriptedServer, change: Change, options = OWN): Promise<ChangeRow[]> {
	return server.apply(change, { ...options, changeId: `change-${++changes}` });
}

function scaleTo(to: number): Change {
	return { verb: 'scale', targets: [{ type: 'worker', to, expected: null }] };
}

function takeBack(...servers: ScriptedServer[]): Promise<ChangeRow[]> {
	const observations = servers.map(({ observation }) => observation);
	return undo(servers, planUndo(observations, OWN.who), OWN);
}

function wanted({ observation }: ScriptedServer): number | undefined {
	return observation.types[0]?.wanted;
}

describe('undo', () => {
	it('takes back the last change, then the one before, then has nothing left', async () => {
		const server = scriptedServer({ counts: { worker: 1 } });
		await apply(server, scaleTo(3));
		await apply(server, scaleTo(7));
		expect(await takeBack(server)).toMatchObject([{ from: 7, to: 3, outcome: 'done' }]);
		expect(await takeBack(server)).toMatchObject([{ from: 3, to: 1, outcome: 'done' }]);
		expect(await takeBack(server)).toEqual([]);
		expect(wanted(server)).toBe(1);
		expect(server.observation.history.at(-1)).toMatchObject({ verb: 'undo' });
	});

	it('takes back only what the same person did', async () => {
		const server = scriptedServer({ counts: { worker: 1 } });
		await apply(server, scaleTo(3), OTHER);
		expect(await takeBack(server)).toEqual([]);
	});

	it('is refused where somebody else has changed the same since', async () => {
		const server = scriptedServer({ counts: { worker: 1 } });
		await apply(server, scaleTo(3));
		await apply(server, scaleTo(5), OTHER);
		expect(await takeBack(server)).toMatchObject([
			{
				from: 3,
				to: 1,
				outcome: 'failed',
				code: 'conflict',
				reason: 'changed since by bob@desk: worker is 5, not 3',
			},
		]);
		expect(wanted(server)).toBe(5);
	});

	it('passes over a change that was refused', async () => {
		const server = scriptedServer({ counts: { worker: 1 } });
		await apply(server, scaleTo(3));
		await apply(server, { verb: 'scale', targets: [{ type: 'worker', to: 5, expected: 4 }] });
		expect(server.observation.history.at(-1)).toMatchObject({ outcome: 'failed', code: 'conflict' });
		expect(await takeBack(server)).toMatchObject([{ from: 3, to: 1, outcome: 'done' }]);
	});

	it('takes back a move on both servers', async () => {
		const a = scriptedServer({ name: 'a', counts: { worker: 3 } });
		const b = scriptedServer({ name: 'b', counts: { worker: 0 } });
		await move(a, b, 'worker', null, { ...OWN, changeId: 'moved' });
		await takeBack(a, b);
		expect([wanted(a), wanted(b)]).toEqual([3, 0]);
		expect(await takeBack(a, b)).toEqual([]);
	});

	it('takes back in one go what was scaled under one id', async () => {
		const server = scriptedServer({ counts: { worker: 1 } });
		for (const to of [2, 3, 6]) await server.apply(scaleTo(to), { ...OWN, changeId: 'burst' });
		expect(await takeBack(server)).toMatchObject([{ from: 6, to: 1, outcome: 'done' }]);
	});

	it('goes past a move that failed and went back', async () => {
		const a = scriptedServer({ name: 'a', counts: { worker: 1 } });
		const b = scriptedServer({ name: 'b', counts: { worker: 0 } });
		await apply(a, scaleTo(3));
		await b.apply(scaleTo(3), { ...OWN, changeId: 'failed', historyVerb: 'move' });
		await b.apply(scaleTo(0), { ...OWN, changeId: 'failed', historyVerb: 'move' });
		expect(await takeBack(a, b)).toMatchObject([{ server: 'a', from: 3, to: 1, outcome: 'done' }]);
	});

	it('touches nothing where one of several servers has moved on', async () => {
		const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { worker: 1 } }));
		for (const server of servers) await server.apply(scaleTo(4), { ...OWN, changeId: 'both' });
		await apply(servers[1]!, scaleTo(9), OTHER);
		expect(await takeBack(...servers)).toMatchObject([{ server: 'b', code: 'conflict' }]);
		expect(servers.map(wanted)).toEqual([4, 9]);
	});
});
