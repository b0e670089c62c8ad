import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterLines, lastLines } from '../../src/commands/log-lines.ts';
import { mergeLogs, type ServerChunk } from '../../src/commands/merge-logs.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

function chunk(text: string, marker = false): ServerChunk {
	const bytes = Buffer.from(text);
	return { server: 'local', chunk: { instance: 'web.1', at: 0, stream: null, bytes, marker } };
}

async function* batchesOf(...batches: ServerChunk[][]): AsyncIterable<ServerChunk[]> {
	yield* batches;
}

async function textOf(batches: AsyncIterable<ServerChunk[]>): Promise<string> {
	let text = '';
	for await (const batch of batches) for (const part of batch) text += part.chunk.bytes.toString();
	return text;
}

describe('lastLines', () => {
	it('keeps exactly the last lines, however they come', async () => {
		const line = fc.integer({ min: 0, max: 999 }).map((number) => `${number}\n`);
		const batches = fc.array(fc.array(fc.array(line, { minLength: 1 })));
		await fc.assert(
			fc.asyncProperty(batches, fc.nat({ max: 12 }), async (written, count) => {
				const parts = written.map((batch) => batch.map((lines) => chunk(lines.join(''))));
				const all = written.flat(2);
				const expected = count === 0 ? '' : all.slice(-count).join('');
				expect(await textOf(lastLines(batchesOf(...parts), count))).toBe(expected);
			}),
		);
	});
});

describe('filterLines', () => {
	it('keeps the lines that match, and remarks', async () => {
		const batches = batchesOf([chunk('one\ntwo\n'), chunk('[3 bytes skipped]\n', true)], [chunk('three\n')]);
		expect(await textOf(filterLines(batches, /^t/))).toBe('two\n[3 bytes skipped]\nthree\n');
	});
});

describe('mergeLogs', () => {
	it('puts what several servers wrote in the order of time', async () => {
		const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		for (const at of [1, 2, 3, 4, 5]) servers[at % 2]!.writeLog('web.1', `${at}\n`, START + at);
		const query = { selectors: [], follow: false, lines: null, since: null };
		expect(await textOf(mergeLogs(servers, query, new AbortController().signal))).toBe('1\n2\n3\n4\n5\n');
	});

	it('follows all of them until it is told to stop', async () => {
		const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		const stop = new AbortController();
		const query = { selectors: [], follow: true, lines: null, since: null };
		const seen: string[] = [];
		servers[0]!.writeLog('web.1', 'first\n');
		for await (const batch of mergeLogs(servers, query, stop.signal)) {
			for (const { server, chunk } of batch) {
				seen.push(`${server} ${chunk.bytes}`);
				if (seen.length === 1) servers[1]!.writeLog('web.1', 'second\n');
				else stop.abort();
			}
		}
		expect(seen).toEqual(['a first\n', 'b second\n']);
	});
});
