import { describe, expect, it } from 'vitest';
import type { ChangeOptions } from '../../src/model/change.ts';
import { move } from '../../src/session/move.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const OPTIONS: ChangeOptions = { wait: true, timeoutMs: null, who: 'ann@desk', changeId: 'change-1' };

function pair(from: number, to: number): [ScriptedServer, ScriptedServer] {
	return [
		scriptedServer({ name: 'a', counts: { worker: from } }),
		scriptedServer({ name: 'b', counts: { worker: to } }),
	];
}

function wanted({ observation }: ScriptedServer): number | undefined {
	return observation.types.find(({ type }) => type === 'worker')?.wanted;
}

/** A server on which nothing of a change settles, though its target is kept. */
function settlesNever(server: ScriptedServer): ScriptedServer {
	return {
		...server,
		get observation() {
			return server.observation;
		},
		async apply(change, options) {
			const rows = await server.apply(change, options);
			const grows = rows.some(({ from, to }) => Number(to) > Number(from));
			return rows.map((row) =>
				grows ? { ...row, outcome: 'failed', reason: 'exit 1', code: 'timeout' } : row,
			);
		},
	};
}

describe('move', () => {
	it('starts there first, then stops here, as one change', async () => {
		const [a, b] = pair(3, 1);
		const rows = await move(a, b, 'worker', 2, OPTIONS);
		expect(rows.map(({ server, from, to }) => [server, from, to])).toEqual([
			['b', 1, 3],
			['a', 3, 1],
		]);
		expect([a, b].flatMap(({ observation }) => observation.history)).toMatchObject([
			{ verb: 'move', changeId: 'change-1' },
			{ verb: 'move', changeId: 'change-1' },
		]);
	});

	it('moves all without a count', async () => {
		const [a, b] = pair(3, 0);
		await move(a, b, 'worker', null, OPTIONS);
		expect([wanted(a), wanted(b)]).toEqual([0, 3]);
	});

	it('waits for the start also where the caller does not wait for the stop', async () => {
		const [a, b] = pair(1, 0);
		await move(a, b, 'worker', null, { ...OPTIONS, wait: false });
		expect([b.applied[0]?.options.wait, a.applied[0]?.options.wait]).toEqual([true, false]);
	});

	it('goes back where the start does not settle', async () => {
		const [a, b] = pair(3, 1);
		const rows = await move(a, settlesNever(b), 'worker', null, OPTIONS);
		expect(rows).toMatchObject([{ server: 'b', outcome: 'failed', reason: 'exit 1; back to 1; a keeps 3' }]);
		expect([wanted(a), wanted(b)]).toEqual([3, 1]);
	});

	it('leaves alone what somebody else changes meanwhile', async () => {
		const [a, b] = pair(3, 0);
		b.hold();
		const moving = move(a, b, 'worker', null, OPTIONS);
		a.setType('worker', { wanted: 5 });
		b.release();
		expect(await moving).toMatchObject([{ outcome: 'done' }, { outcome: 'failed', code: 'conflict' }]);
		expect(wanted(a)).toBe(5);
	});

	it('has nothing to do where there is none', async () => {
		const [a, b] = pair(0, 1);
		expect(await move(a, b, 'worker', null, OPTIONS)).toMatchObject([{ outcome: 'unchanged' }]);
	});

	it.each([
		['more than there are', 4, 'usage'],
		['to a server where it would not run', 1, 'refused'],
	])('refuses %s', async (what, count, code) => {
		const [a] = pair(3, 0);
		const power = what.includes('not run') ? 'down' : 'up';
		const b = scriptedServer({ name: 'b', counts: { worker: 0 }, power });
		await expect(move(a, b, 'worker', count, OPTIONS)).rejects.toMatchObject({ code });
		expect(b.applied).toEqual([]);
	});
});
