import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose } from '../../../src/balancer/embedded/choose.ts';

const candidate = (key: string, sessions = 0) => ({ key, sessions: { size: sessions } });
const three = ['a', 'b', 'c'].map((key) => candidate(key));

describe('choosing a backend', () => {
	it.each(['leastconn', 'roundrobin', 'source'] as const)(
		'by %s gives null where there is none',
		(algorithm) => {
			expect(choose(algorithm, [], 7, '10.0.0.1')).toBe(null);
		},
	);

	it('by roundrobin takes one after the other', () => {
		const keys = [0, 1, 2, 3].map((turn) => choose('roundrobin', three, turn, '')?.key);
		expect(keys).toEqual(['a', 'b', 'c', 'a']);
	});

	it('by leastconn takes one that has the fewest sessions, whoever’s turn it is', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 9 }), fc.nat(99), (sizes, turn) => {
				const candidates = sizes.map((size, at) => candidate(String(at), size));
				expect(choose('leastconn', candidates, turn, '')?.sessions.size).toBe(Math.min(...sizes));
			}),
		);
	});

	it('by leastconn lets equals take turns', () => {
		const keys = new Set([0, 1, 2].map((turn) => choose('leastconn', three, turn, '')?.key));
		expect(keys.size).toBe(3);
	});

	it('by source stays, and moves only who was with one that went', () => {
		const sources = Array.from({ length: 300 }, (_, at) => `10.0.${at % 7}.${at}`);
		const before = sources.map((source) => choose('source', three, 0, source)?.key);
		const after = sources.map((source, turn) => choose('source', three.slice(0, 2), turn, source)?.key);
		for (const [at, key] of before.entries()) if (key !== 'c') expect(after[at]).toBe(key);
	});

	it('by source spreads neighbours over all', () => {
		const keys = Array.from({ length: 300 }, (_, at) => choose('source', three, 0, `10.0.0.${at}`)?.key);
		for (const { key } of three) expect(keys.filter((one) => one === key).length).toBeGreaterThan(50);
	});
});
