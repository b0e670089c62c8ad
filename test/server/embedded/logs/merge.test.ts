import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLines, lastLines, mergeByTime } from '../../../../src/server/embedded/logs/merge.ts';
import type { LogChunk } from '../../../../src/server/server.ts';

function chunk(instance: string, at: number, lines: readonly string[]): LogChunk {
	const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
	return { instance, at, stream: null, bytes, marker: false };
}

function source(chunks: readonly LogChunk[]) {
	const rest = [...chunks];
	return { next: () => rest.shift() ?? null };
}

const line = fc.string({ maxLength: 8 }).map((text) => text.replaceAll('\n', ''));
const chunks = fc.array(fc.tuple(fc.nat(50), fc.array(line, { minLength: 1, maxLength: 4 })), {
	maxLength: 8,
});
const logs = fc.array(chunks, { maxLength: 4 }).map((all) =>
	all.map((own, index) => {
		const inOrder = own.toSorted(([a], [b]) => a - b);
		return inOrder.map(([at, lines]) => chunk(`worker.${index + 1}`, at, lines));
	}),
);

const textOf = (all: readonly LogChunk[]) => Buffer.concat(all.map(({ bytes }) => bytes)).toString();

describe('merged logs', () => {
	it('are in order of time, keep the order of each instance, and lose nothing', () => {
		fc.assert(
			fc.property(logs, (all) => {
				const merged = [...mergeByTime(all.map(source))].flat();
				const times = merged.map(({ at }) => at);
				expect(times).toEqual(times.toSorted((a, b) => a - b));
				for (const [index, own] of all.entries())
					expect(merged.filter(({ instance }) => instance === `worker.${index + 1}`)).toEqual(own);
				expect(merged).toHaveLength(all.flat().length);
			}),
		);
	});

	it('end in exactly as many lines as are wanted, or all there are', () => {
		fc.assert(
			fc.property(chunks, fc.nat(20), (all, count) => {
				const whole = all.map(([at, lines]) => chunk('worker.1', at, lines));
				const kept = lastLines(
					whole.map((each) => [each]),
					count,
				);
				const total = countLines(Buffer.from(textOf(whole)));
				expect(countLines(Buffer.from(textOf(kept)))).toBe(Math.min(count, total));
				expect(textOf(whole).endsWith(textOf(kept))).toBe(true);
			}),
		);
	});
});
