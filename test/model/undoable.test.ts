import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import { lastUndoable } from '../../src/model/undoable.ts';

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

function undoableOf(...later: Partial<HistoryEntry>[]): string[] {
	const entries = later.map((entry, at) => ({
		...FIRST,
		id: `later-${at}`,
		changeId: `later-${at}`,
		at: `2026-11-22T14:01:0${at}.000Z`,
		...entry,
	}));
	return lastUndoable([FIRST, ...entries], 'ann@desk').map(({ changeId }) => changeId);
}

describe('lastUndoable', () => {
	it('is the latest change', () => {
		expect(undoableOf({ from: 2, to: 3 })).toEqual(['later-0']);
	});

	it.each<[string, Partial<HistoryEntry>]>([
		['was refused', { from: 2, to: 3, outcome: 'failed', code: 'conflict' }],
		['changed nothing', { from: 2, to: 2, outcome: 'unchanged' }],
		['is somebody else’s', { who: 'bob@desk', from: 2, to: 3 }],
		['has no way back', { verb: 'restart', from: 2, to: 3 }],
		['is of no type', { verb: 'stop', type: null, from: 2, to: 0 }],
	])('passes over what %s', (_, entry) => {
		expect(undoableOf(entry)).toEqual(['first']);
	});

	it('has failed in part: there is something to take back', () => {
		expect(undoableOf({ from: 2, to: 3, outcome: 'failed', code: 'timeout' })).toEqual(['later-0']);
	});

	it('is nothing where all is taken back', () => {
		expect(undoableOf({ verb: 'undo', undoes: 'first', from: 2, to: 1 })).toEqual([]);
	});

	it('passes over a stop that was followed by a start', () => {
		expect(undoableOf({ verb: 'stop', from: 2, to: 0 }, { verb: 'start', from: 0, to: 2 })).toEqual([
			'first',
		]);
	});
});
