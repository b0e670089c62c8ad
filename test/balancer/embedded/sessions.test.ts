import { expect, it } from 'vitest';
import { type Session, Sessions } from '../../../src/balancer/embedded/sessions.ts';

const session = (): Session => ({ end: () => {}, isCut: false, place: -1 });

it('sessions end in any order, and each only once', () => {
	const all = Array.from({ length: 40 }, session);
	const sessions = new Sessions();
	for (const each of all) sessions.add(each);
	const expected = new Set(all);
	for (let step = 0; step < all.length; step += 1) {
		const ended = all[(step * 17) % all.length]!;
		sessions.delete(ended);
		sessions.delete(ended);
		expected.delete(ended);
		expect(new Set(sessions)).toEqual(expected);
		expect(sessions.size).toBe(expected.size);
	}
});
