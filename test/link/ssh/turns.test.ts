import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { inTurn, Turns } from '../../../src/link/ssh/turns.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Works for some milliseconds by a clock of its own, and writes down what was done. */
class Workshop {
	readonly done: string[] = [];
	#now = 0;
	readonly turns = new Turns(() => this.#now);

	give(name: string, milliseconds: number): void {
		this.turns.do(() => {
			this.#now += milliseconds;
			this.done.push(name);
		});
	}
}

it('does at once what is short', () => {
	const workshop = new Workshop();
	for (const name of ['a', 'b', 'c']) workshop.give(name, 1);
	expect(workshop.done).toEqual(['a', 'b', 'c']);
});

it('leaves for later turns what would make one long, in its order', async () => {
	const workshop = new Workshop();
	for (const name of ['a', 'b', 'c', 'd', 'e']) workshop.give(name, 3);
	expect(workshop.done).toEqual(['a', 'b']);
	await nextTurn();
	workshop.give('f', 0);
	expect(workshop.done).toEqual(['a', 'b', 'c', 'd']);
	await nextTurn();
	expect(workshop.done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('does one piece a turn however long it is, and timers come between', async () => {
	const workshop = new Workshop();
	const { promise, resolve } = Promise.withResolvers<void>();
	setTimeout(() => {
		workshop.done.push('timer');
		resolve();
	});
	for (let piece = 0; piece < 10_000; piece++) workshop.give('piece', 1_000);
	await promise;
	expect(workshop.done.length).toBeLessThan(10_000);
});

it('brings all that comes over a stream, and its end', async () => {
	const stream = inTurn(new PassThrough());
	const sent = Array.from({ length: 200 }, (_, at) => String(at).repeat(5_000));
	void (async () => {
		for (const part of sent) {
			stream.write(part);
			await nextTurn();
		}
		stream.end();
	})();
	const read: Buffer[] = [];
	for await (const chunk of stream) read.push(chunk as Buffer);
	expect(Buffer.concat(read).toString()).toBe(sent.join(''));
});
