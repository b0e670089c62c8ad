import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import { withKnownOutcomes } from '../../src/model/history-outcome.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

let entries = 0;
function entry(changed: Partial<HistoryEntry> = {}, minutesAgo = 1): HistoryEntry {
	const id = `${++entries}`;
	const at = new Date(NOON - minutesAgo * MINUTE).toISOString();
	const who = { id, changeId: `c${id}`, at, who: 'ann@desk', verb: 'scale', server: 'web1' };
	return { ...who, type: 'web', from: 1, to: 2, outcome: null, ...changed };
}

const outcomes = (...history: HistoryEntry[]) =>
	withKnownOutcomes(history, NOON).map(({ outcome, reason }) => [outcome, reason]);

it('leaves alone what has an outcome, and what is under way', () => {
	const history = [entry({ outcome: 'done', type: 'worker' }), entry()];
	expect(withKnownOutcomes(history, NOON)).toEqual(history);
});

it('says what a later change of the same has overtaken', () => {
	const overtaken = ['unknown', expect.stringContaining('overtaken')];
	expect(outcomes(entry(), entry())).toEqual([overtaken, [null, undefined]]);
	expect(outcomes(entry(), entry({ type: null, verb: 'down', outcome: 'done' }))[0]).toEqual(overtaken);
});

it.each<[string, Partial<HistoryEntry>]>([
	['another type', { type: 'worker' }],
	['another instance', { instance: 'web.2' }],
	['one that was refused', { outcome: 'failed' }],
])('is not overtaken by %s', (_, later) => {
	const [first] = outcomes(entry({ instance: 'web.1' }), entry(later));
	expect(first).toEqual([null, undefined]);
});

it('does not take for overtaken what another part of the same change is', () => {
	expect(outcomes(entry({ changeId: 'one' }), entry({ changeId: 'one' }))[0]).toEqual([null, undefined]);
});

it('says of what is long over that nobody knows', () => {
	expect(outcomes(entry({}, 61))).toEqual([['unknown', expect.stringContaining('went away')]]);
});
