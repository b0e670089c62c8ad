import { describe, expect, it } from 'vitest';
import { currentRelease, NO_RELEASE, releaseAt } from '../../../../src/server/systemd/releases/current.ts';

const LINK = '1700000003.500 releases/c-33333333';
const LOG = ['1700000001000 a-11111111', '1700000002000 b-22222222', '1700000003512 c-33333333'];

describe('the current release', () => {
	it('is where the link leads, since it has been there', () => {
		expect(currentRelease(LINK, LOG)).toEqual({
			current: { id: 'c-33333333', since: 1_700_000_003_500 },
			before: [
				{ id: 'b-22222222', since: 1_700_000_002_000 },
				{ id: 'a-11111111', since: 1_700_000_001_000 },
			],
		});
	});

	it('is known without a log, as other tools have such a link too', () => {
		const { current, before } = currentRelease('1700000003.000 /var/www/app/releases/20260101', []);
		expect(current?.id).toBe('20260101');
		expect(before).toEqual([]);
	});

	it('is none without a link', () => {
		expect(currentRelease(undefined, [])).toEqual(NO_RELEASE);
	});

	it('is none where it was gone back to none, which what runs still was not started with', () => {
		const gone = currentRelease(undefined, ['1700000001000 a-11111111', '1700000002000']);
		expect(gone.current).toBe(null);
		expect(releaseAt(gone, 1_700_000_000_500)).toBe(null);
		expect(releaseAt(gone, 1_700_000_001_500)).toBe('a-11111111');
		expect(releaseAt(gone, 1_700_000_002_500)).toBe(null);
	});
});

describe('the release of an instance', () => {
	const releases = currentRelease(LINK, LOG);

	it.each([
		['from the switch on the current one', 1_700_000_003_500, 'c-33333333'],
		['before it the one that was current then', 1_700_000_003_499, 'b-22222222'],
		['also one that was current long ago', 1_700_000_001_500, 'a-11111111'],
		['none before the first', 1_700_000_000_999, null],
	])('is %s', (_, startedAt, id) => {
		expect(releaseAt(releases, startedAt)).toBe(id);
	});
});
