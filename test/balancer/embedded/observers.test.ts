import { expect, it } from 'vitest';
import { Observers } from '../../../src/balancer/embedded/observers.ts';

const observers = () =>
	new Observers(() => {
		throw new Error('nobody looks on');
	});

it('a wait for a state that does not come ends, however its time falls between two ticks', async () => {
	const waiting = observers();
	const times = Array.from({ length: 400 }, (_, at) => at / 20 + 0.93);
	const ends = await Promise.all(times.map((withinMs) => waiting.until(() => false, withinMs)));
	expect(ends.every((isSo) => !isSo)).toBe(true);
});

it('a wait ends as soon as the state has come', async () => {
	const waiting = observers();
	let isSo = false;
	const end = waiting.until(() => isSo, 60_000);
	isSo = true;
	waiting.soon();
	expect(await end).toBe(true);
});
