import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_INDEX, rewriteIndex } from '../../../../src/server/embedded/logs/index.ts';
import { mergeByTime } from '../../../../src/server/embedded/logs/merge.ts';
import type { LogChunk } from '../../../../src/server/server.ts';
import { Logs } from './writer.ts';

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

const bytesRead = () => Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);

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

	it('of hundreds that each wrote for hours come without reading each chunk from the disk', async () => {
		const logs = await Logs.open();
		const entries = Array.from({ length: 5_001 }, (_, second) => ({ at: second, size: second * 5 }));
		for (let index = 1; index <= 20; index++) {
			logs.write(`worker.${index}`, 'word\n'.repeat(5_000));
			rewriteIndex(logs.file(`worker.${index}`), { ...EMPTY_INDEX, entries });
		}
		const before = bytesRead();
		const all = await logs.chunks({ since: 0 });
		expect(all).toHaveLength(100_000);
		expect(bytesRead() - before).toBeLessThan(10 * 1024 * 1024);
	});
});
