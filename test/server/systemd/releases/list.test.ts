import { describe, expect, it } from 'vitest';
import { parseListing } from '../../../../src/server/systemd/releases/list.ts';

/** What is listed after these were current, one second after the other; empty: none was. All of them are there. */
function after(...ids: readonly string[]) {
	const made = [...new Set(ids)].filter(Boolean).map((id) => `made ${JSON.stringify({ id, at: '' })}`);
	const current = ids.at(-1) === '' ? [] : [`current 170000000${ids.length}.000 releases/${ids.at(-1)}`];
	const log = ids.map((id, position) => `was 170000000${position + 1}001${id === '' ? '' : ` ${id}`}`);
	return parseListing([...made, ...current, ...log]).releases;
}

describe('the releases before the current one', () => {
	it('are those that were current, the latest first', () => {
		expect(after('a', 'b', 'c')).toMatchObject({ current: 'c', before: ['b', 'a'] });
	});

	it('are without those that were gone back from', () => {
		expect(after('a', 'b', 'c', 'b')).toMatchObject({ current: 'b', before: ['a'] });
		expect(after('a', 'b', 'a')).toMatchObject({ current: 'a', before: [] });
		expect(after('a', '', 'b')).toMatchObject({ current: 'b', before: [] });
		expect(after('a', '')).toMatchObject({ current: null, before: [] });
	});

	it('are only those that are there', () => {
		const { releases } = parseListing(['current 2.0 releases/b', 'was 1000 a', 'was 2000 b']);
		expect(releases).toEqual({ current: null, before: [], records: [] });
	});
});
