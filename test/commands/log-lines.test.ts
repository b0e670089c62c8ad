import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastLines } from '../../src/commands/last-lines.ts';
import { filterLines } from '../../src/commands/log-lines.ts';
import { mergeLogs, type ServerChunk } from '../../src/commands/merge-logs.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

function chunk(text: string, marker = false): ServerChunk {
	const bytes = Buffer.from(text);
	return { server: 'local', chunk: { instance: 'web.1', at: 0, stream: null, bytes, marker } };
}

async function* batchesOf(...batches: ServerChunk[][]): AsyncGenerator<ServerChunk[]> {
	yield* batches;
}

async function textOf(batches: AsyncIterable<ServerChunk[]>): Promise<string> {
	let text = '';
	for await (const batch of batches) for (const part of batch) text += part.chunk.bytes.toString();
	return text;
}

const nobodyFails = (server: string, error: Error) => {
	throw new Error(`${server}: ${error.message}`);
};

describe('lastLines', () => {
	it('keeps exactly the last lines, however they come', async () => {
		const line = fc.integer({ min: 0, max: 999 }).map((number) => `${number}\n`);
		const batches = fc.array(fc.array(fc.array(line, { minLength: 1 })));
		await fc.assert(
			fc.asyncProperty(batches, fc.nat({ max: 12 }), async (written, count) => {
				const parts = written
					.filter((batch) => batch.length > 0)
					.map((batch) => batch.map((lines) => chunk(lines.join(''))));
				const all = written.flat(2);
				const expected = count === 0 ? '' : all.slice(-count).join('');
				expect(await textOf(lastLines(() => batchesOf(...parts), count))).toBe(expected);
			}),
		);
	});

	it('keeps exactly those also where they are too many for the memory', async () => {
		const line = (number: number) => `${number} ${'x'.repeat(1_000)}\n`;
		const numbers = Array.from({ length: 5_000 }, (_, index) => index);
		let readings = 0;
		const read = () => {
			readings++;
			return batchesOf(...numbers.map((number) => [chunk(line(number))]));
		};
		const text = await textOf(lastLines(read, 4_000));
		expect(text).toBe(numbers.slice(-4_000).map(line).join(''));
		expect(readings).toBe(2);
	});

	it('passes on all that is followed', async () => {
		const batches = [[chunk('1\n2\n'), chunk('3\n')], [], [chunk('4\n')], [chunk('5\n')]];
		expect(await textOf(lastLines(() => batchesOf(...batches), 1))).toBe('3\n4\n5\n');
	});
});

describe('filterLines', () => {
	it('keeps lines as they are, whatever bytes they hold', async () => {
		const bytes = fc
			.uint8Array({ maxLength: 8 })
			.map((line) => Buffer.from(line.filter((byte) => byte !== 10)));
		await fc.assert(
			fc.asyncProperty(fc.array(bytes, { minLength: 1 }), async (lines) => {
				const all = lines.map((line) => Buffer.concat([line, Buffer.from('\n')]));
				const expected = Buffer.concat(all.filter((line) => /[a-z]/.test(line.toString())));
				const part = { ...chunk(''), chunk: { ...chunk('').chunk, bytes: Buffer.concat(all) } };
				const kept: Buffer[] = [];
				for await (const batch of filterLines(batchesOf([part]), /[a-z]/))
					kept.push(...batch.map((each) => each.chunk.bytes));
				expect(Buffer.concat(kept)).toEqual(expected);
			}),
		);
	});

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
		expect(await textOf(mergeLogs(servers, query, new AbortController().signal, nobodyFails))).toBe(
			'1\n2\n3\n4\n5\n',
		);
	});

	it('begins with what they wrote in the order of time where they are followed', async () => {
		const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		for (const at of [1, 2, 3, 4]) servers[at % 2]!.writeLog('web.1', `${at}\n`, START + at);
		const stop = new AbortController();
		const query = { selectors: [], follow: true, lines: null, since: null };
		let text = '';
		for await (const batch of mergeLogs(servers, query, stop.signal, nobodyFails)) {
			for (const { chunk } of batch) text += chunk.bytes.toString();
			if (batch.length === 0) servers[0]!.writeLog('web.1', 'later\n');
			if (text.endsWith('later\n')) stop.abort();
		}
		expect(text).toBe('1\n2\n3\n4\nlater\n');
	});

	it('follows all of them until it is told to stop', async () => {
		const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		const stop = new AbortController();
		const query = { selectors: [], follow: true, lines: null, since: null };
		const seen: string[] = [];
		servers[0]!.writeLog('web.1', 'first\n');
		for await (const batch of mergeLogs(servers, query, stop.signal, nobodyFails)) {
			for (const { server, chunk } of batch) {
				seen.push(`${server} ${chunk.bytes}`);
				if (seen.length === 1) servers[1]!.writeLog('web.1', 'second\n');
				else stop.abort();
			}
		}
		expect(seen).toEqual(['a first\n', 'b second\n']);
	});
});
