import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import { agoText, changeText, passedOverTexts } from '../../src/model/change-text.ts';

const NOW = Date.UTC(2026, 10, 22, 14, 0, 0);

function part(changed: Partial<HistoryEntry> = {}): HistoryEntry {
	return {
		id: '1',
		changeId: '1',
		at: new Date(NOW).toISOString(),
		who: 'ann@desk',
		verb: 'scale',
		server: 'local',
		type: 'web',
		from: 2,
		to: 4,
		outcome: 'done',
		...changed,
	};
}

describe('agoText', () => {
	it.each([
		[-5000, 'just now'],
		[999, 'just now'],
		[1000, '1 second ago'],
		[59_999, '59 seconds ago'],
		[60_000, '1 minute ago'],
		[3 * 3_600_000, '3 hours ago'],
		[50 * 3_600_000, '2 days ago'],
	])('tells %i ms in the largest unit', (passed, text) => {
		expect(agoText(new Date(NOW - passed).toISOString(), NOW)).toBe(text);
	});
});

describe('changeText', () => {
	it.each<[string, HistoryEntry[]]>([
		['scale web 2 -> 4 on local', [part()]],
		['stop web.2 on local', [part({ verb: 'stop', instance: 'web.2', from: 1, to: 0 })]],
		['pause a, b on local', ['a', 'b'].map((type) => part({ verb: 'pause', type }))],
		['stop a, b, c, 2 more on local', [...'abcde'].map((type) => part({ verb: 'stop', type }))],
		[
			'move web 0 -> 3 on b, web 3 -> 0 on a',
			[
				part({ verb: 'move', server: 'b', from: 0, to: 3 }),
				part({ verb: 'move', server: 'a', from: 3, to: 0 }),
			],
		],
	])('is: %s', (text, parts) => {
		expect(changeText(parts)).toBe(text);
	});
});

describe('passedOverTexts', () => {
	it('are one for each reason, with the latest change as its example', () => {
		const gone = { reason: 'web left the Procfile' };
		const other = { part: part({ type: 'old' }), reason: 'old left' };
		expect(passedOverTexts([{ part: part(), ...gone }, other, { part: part(), ...gone }])).toEqual([
			'scale web 2 -> 4 on local and 1 earlier: web left the Procfile',
			'scale old 2 -> 4 on local: old left',
		]);
	});
});
