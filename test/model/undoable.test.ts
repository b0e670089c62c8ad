import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import { undoableChanges } from '../../src/model/undoable.ts';

const FIRST: HistoryEntry = {
	id: '1',
	changeId: 'first',
	at: '2026-11-22T14:00:00.000Z',
	who: 'ann@desk',
	verb: 'scale',
	server: 'local',
	type: 'web',
	from: 1,
	to: 2,
	outcome: 'done',
};

/** FIRST and what comes after it, by default the same person's; each is a change of its own unless it says otherwise. */
function after(...later: Partial<HistoryEntry>[]): HistoryEntry[] {
	const entries = later.map((entry, at) => ({
		...FIRST,
		id: `later-${at}`,
		changeId: `later-${at}`,
		at: `2026-11-22T14:01:0${at}.000Z`,
		...entry,
	}));
	return [FIRST, ...entries];
}

function undoableOf(...later: Partial<HistoryEntry>[]): (string | undefined)[] {
	return [...undoableChanges(after(...later), 'ann@desk')].map(([part]) => part?.changeId);
}

describe('undoableChanges', () => {
	it('are the latest first', () => {
		expect(undoableOf({ from: 2, to: 3 })).toEqual(['later-0', 'first']);
	});

	it.each<[string, Partial<HistoryEntry>]>([
		['was refused', { from: 2, to: 3, outcome: 'failed', code: 'conflict' }],
		['changed nothing', { from: 2, to: 2, outcome: 'unchanged' }],
		['is somebody else’s', { who: 'bob@desk', from: 2, to: 3 }],
		['has no way back', { verb: 'restart', from: 2, to: 3 }],
		['is of no type', { verb: 'stop', type: null, from: 2, to: 0 }],
	])('leave out what %s', (_, entry) => {
		expect(undoableOf(entry)).toEqual(['first']);
	});

	it('hold what has failed in part: there is something to take back', () => {
		const failed = { from: 2, to: 3, outcome: 'failed', code: 'timeout' } as const;
		expect(undoableOf(failed)).toEqual(['later-0', 'first']);
	});

	it('are none where all is taken back', () => {
		expect(undoableOf({ verb: 'undo', undoes: 'first', from: 2, to: 1 })).toEqual([]);
	});

	it('hold what an undo was refused for', () => {
		const refused = { outcome: 'failed', code: 'conflict' } as const;
		expect(undoableOf({ verb: 'undo', undoes: 'first', from: 2, to: 1, ...refused })).toEqual(['first']);
	});

	it('leave out a stop that was followed by a start', () => {
		expect(undoableOf({ verb: 'stop', from: 2, to: 0 }, { verb: 'start', from: 0, to: 2 })).toEqual([
			'first',
		]);
	});

	it('hold the stop of an instance where another one was started', () => {
		const stop = { verb: 'stop', instance: 'web.2', from: 1, to: 0 };
		expect(undoableOf(stop, { verb: 'start', instance: 'web.1', from: 0, to: 1 })).toContain('later-0');
		expect(undoableOf(stop, { verb: 'start', instance: 'web.2', from: 0, to: 1 })).toEqual(['first']);
		expect(undoableOf(stop, { verb: 'restart', from: 1, to: 2 })).toEqual(['first']);
	});

	it('hold the stop of what was in a crash loop and so did not run', () => {
		expect(undoableOf({ verb: 'stop', from: 0, to: 0 })).toEqual(['later-0', 'first']);
	});

	it('are one step for all that shares an id', () => {
		const { at } = FIRST;
		const burst = after({ at, changeId: 'first', from: 2, to: 3 }, { changeId: 'first', from: 3, to: 5 });
		expect([...undoableChanges(burst, 'ann@desk')]).toMatchObject([[{ from: 1, to: 5 }]]);
	});

	it('leave out a move that went back by itself', () => {
		const move = { verb: 'move', changeId: 'move', server: 'b' };
		expect(undoableOf({ ...move, from: 0, to: 2, outcome: 'failed' }, { ...move, from: 2, to: 0 })).toEqual([
			'first',
		]);
	});
});
