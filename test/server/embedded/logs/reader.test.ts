import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, renameSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogFile } from '../../../../src/server/embedded/logs/log-file.ts';
import type { LogChunk } from '../../../../src/server/server.ts';
import { fixture } from '../../../support/binary.ts';
import { killAll } from '../../../support/processes.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { follow, Logs, textOf } from './writer.ts';

describe('what was written', () => {
	it('is read back byte for byte, whatever it is and however the keeper looked at it', async () => {
		const parts = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 12 });
		const logs = await Logs.open();
		let instances = 0;
		await fc.assert(
			fc.asyncProperty(parts, fc.boolean(), async (written, looks) => {
				const instance = `worker.${++instances}`;
				for (const [index, part] of written.entries()) {
					logs.write(instance, Buffer.from(part).toString('latin1'));
					if (looks) logs.look(index, instance);
				}
				const all = written.map((part) => Buffer.from(part).toString('latin1')).join('');
				const ended = all === '' || all.endsWith('\n') ? all : `${all}\n`;
				expect(await logs.text({ selectors: [{ type: 'worker', index: instances }] })).toBe(ended);
			}),
			{ numRuns: 60 },
		);
	});

	it('comes in whole lines, each chunk with the time of the look at which it was there', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'one\ntw');
		logs.look(1_000);
		logs.write('worker.1', 'o\nthree\n');
		logs.look(2_000);
		const chunks = await logs.chunks();
		expect(chunks.map(({ at, bytes }) => [at, bytes.toString()])).toEqual([
			[1_000, 'one\ntwo\n'],
			[2_000, 'three\n'],
		]);
	});

	it('since a time is what was there later', async () => {
		const logs = await Logs.open();
		for (const [at, text] of [
			[1_000, 'old\n'],
			[2_000, 'new\n'],
			[3_000, 'newer\n'],
		] as const) {
			logs.write('worker.1', text);
			logs.look(at);
		}
		expect(await logs.text({ since: 1_500 })).toBe('new\nnewer\n');
		expect(await logs.text({ since: 0 })).toBe('old\nnew\nnewer\n');
	});

	it('of several instances is merged by time', async () => {
		const logs = await Logs.open();
		for (const [at, instance] of [
			[1_000, 'b.1'],
			[2_000, 'a.1'],
			[3_000, 'b.1'],
		] as const) {
			logs.write(instance, `${instance} at ${at}\n`);
			logs.look(at, 'a.1', 'b.1');
		}
		expect(await logs.text()).toBe('b.1 at 1000\na.1 at 2000\nb.1 at 3000\n');
		expect(await logs.text({ lines: 2 })).toBe('a.1 at 2000\nb.1 at 3000\n');
		expect(await logs.text({ selectors: [{ type: 'b', index: null }] })).not.toContain('a.1');
	});

	it('ends in exactly as many lines as are wanted, the latest of all', async () => {
		const writes = fc.array(
			fc.tuple(fc.nat(2), fc.array(fc.constantFrom('', 'a', 'long'), { maxLength: 4 })),
			{
				maxLength: 10,
			},
		);
		await fc.assert(
			fc.asyncProperty(writes, fc.nat(20), fc.boolean(), async (all, lines, isEnded) => {
				const logs = await Logs.open();
				for (const [second, [instance, written]] of all.entries()) {
					logs.write(`worker.${instance}`, written.map((line) => `${second} ${line}\n`).join(''));
					logs.look((second + 1) * 1_000, 'worker.0', 'worker.1', 'worker.2');
				}
				if (!isEnded) logs.write('worker.0', 'unfinished');
				const whole = (await logs.text()).split(/(?<=\n)/).filter((line) => line !== '');
				expect(await logs.text({ lines })).toBe(lines === 0 ? '' : whole.slice(-lines).join(''));
			}),
			{ numRuns: 60 },
		);
	});

	it('ends in the wanted lines also where those fill many blocks', async () => {
		const logs = await Logs.open();
		const line = (number: number) => `${number} ${'x'.repeat(number % 300)}\n`;
		const all = Array.from({ length: 4_000 }, (_, index) => line(index));
		logs.write('worker.1', all.slice(0, 1_500).join(''));
		logs.look(1_000);
		logs.write('worker.1', all.slice(1_500).join(''));
		for (const lines of [1, 2_400, 2_500, 2_501, 3_999, 4_000, 5_000])
			expect(await logs.text({ lines })).toBe(all.slice(-lines).join(''));
	});

	it('in a line that is longer than a megabyte is cut and goes on', async () => {
		const logs = await Logs.open();
		const long = 'x'.repeat(3 * 1024 * 1024);
		logs.write('worker.1', `${long}\nshort\n`);
		const text = await logs.text();
		expect(text.replaceAll('\n', '')).toBe(`${long}short`);
		expect(text.endsWith('\nshort\n')).toBe(true);
	});

	it('without an end of line is shown at the end', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'first\nunfinished');
		expect(await logs.text()).toBe('first\nunfinished\n');
		expect(await logs.text({ lines: 1 })).toBe('unfinished\n');
	});

	it('before anything was is nothing', async () => {
		const logs = await Logs.open();
		expect(await logs.chunks()).toEqual([]);
	});

	it('to files that are no logs is left alone', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'mine\n');
		logs.look(1_000);
		logs.write('not-an-instance', 'other\n');
		expect(await logs.text()).toBe('mine\n');
	});
});

describe('what comes', () => {
	it('follows without a gap or a repetition on what was written, from two writers at once', async () => {
		const lines = 100_000;
		const logs = await Logs.open();
		const writers = ['a', 'b'].map((name) => {
			const log = openSync(logs.file('worker.1'), 'a');
			const own = openSync(logs.file(`${name}.1`), 'a');
			return [log, own].map((descriptor) =>
				spawn(process.execPath, [fixture('floods.js'), String(lines), name], {
					stdio: ['ignore', descriptor, 'inherit'],
				}),
			);
		});
		const last = `${lines}`.padStart(9, '0');
		const found = (chunks: readonly LogChunk[]) => lastWords.every((words) => sees(chunks, words));
		const lastWords = [`a ${last} `, `b ${last} `];
		const seen = new Map<string, number>();
		const sees = (chunks: readonly LogChunk[], words: string) => {
			for (const { bytes } of chunks.slice(seen.get(words) ?? 0)) if (bytes.includes(words)) return true;
			seen.set(words, chunks.length);
			return false;
		};
		const whole = await follow(logs, found, { selectors: [{ type: 'worker', index: 1 }] });
		killAll(writers.flat().flatMap(({ pid }) => pid ?? []));
		const own = Map.groupBy(textOf(whole).split('\n').slice(0, -1), (line) => line.slice(0, 1));
		for (const name of ['a', 'b']) {
			const expected = Array.from({ length: lines }, (_, index) =>
				`${name} ${String(index + 1).padStart(9, '0')} `.padEnd(99, '.'),
			);
			expect(own.get(name)).toEqual(expected);
		}
	});

	it('shows a line only when it is whole', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'one\ntw');
		const chunks = await follow(
			logs,
			(seen) => textOf(seen).includes('three'),
			{},
			(seen) => {
				if (seen.length === 1) logs.write('worker.1', 'o\nthree\n');
			},
		);
		expect(textOf(chunks)).toBe('one\ntwo\nthree\n');
		for (const { bytes } of chunks) expect(bytes.at(-1)).toBe(0x0a);
	});

	it('includes instances that begin to write later, also where there was no folder yet', async () => {
		const logs = await Logs.open();
		const over = new AbortController();
		const reader = logs.read({ follow: true, lines: 0 }, over.signal);
		const first = reader.next();
		await first;
		const second = reader.next();
		logs.write('worker.7', 'hello\n');
		expect((await second).value).toMatchObject([{ instance: 'worker.7', marker: false }]);
		over.abort();
		expect(await reader.next()).toMatchObject({ done: true });
	});

	it('goes on in the new file when an instance begins one', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'old\n');
		const chunks = await follow(
			logs,
			(seen) => textOf(seen).includes('new'),
			{},
			(seen) => {
				if (textOf(seen) !== 'old\n') return;
				logs.write('worker.1', 'last words');
				renameSync(logs.file('worker.1'), `${logs.file('worker.1')}.1`);
				logs.write('worker.1', 'new\n');
			},
		);
		expect(textOf(chunks)).toBe('old\nlast words\nnew\n');
		expect(await logs.text()).toBe('old\nlast words\nnew\n');
	});

	it('after the app truncated its log is told with a marker', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'a long line that was there before\n');
		const chunks = await follow(
			logs,
			(seen) => textOf(seen).includes('after'),
			{},
			(seen) => {
				if (seen.length === 1) logs.truncate('worker.1', 'after\n');
			},
		);
		expect(chunks.map(({ marker }) => marker)).toEqual([false, true, false]);
		expect(textOf(chunks)).toBe('a long line that was there before\n[the app truncated its log]\nafter\n');
	});

	it('of a real script that opens /dev/stderr by name ends with its last words', async () => {
		const logs = await Logs.open();
		const log = openSync(logs.file('worker.1'), 'a');
		const child = spawn(fixture('writes-dev-stderr'), { stdio: ['ignore', log, log] });
		await waitFor(async () => (await logs.text()).includes('line 3 to /dev/stderr'), 'the last words');
		killAll([child.pid ?? 0]);
		await once(child, 'exit');
	});
});

describe('a log that was cut at its front', () => {
	const line = (number: number) => `${String(number).padStart(9, '0')}${'.'.repeat(90)}\n`;

	async function isCut(logs: Logs): Promise<void> {
		await waitFor(() => statSync(logs.file('worker.1')).blocks * 512 <= 80 * 1024, 'the cut');
	}

	async function flooded(lines: number): Promise<Logs> {
		const logs = await Logs.open(64 * 1024);
		for (let number = 1; number <= lines; number++) logs.write('worker.1', line(number));
		logs.look(1_000);
		await isCut(logs);
		return logs;
	}

	it('begins with a whole line, whether all of it is read or what is there since a time', async () => {
		const logs = await flooded(5_000);
		expect(await logs.text({ since: 0 })).toBe(await logs.text());
		const lines = (await logs.text()).split(/(?<=\n)/);
		expect(lines.at(-1)).toBe(line(5_000));
		const firstKept = Number(lines[0]?.slice(0, 9));
		expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => line(firstKept + index)));
	});

	it('tells a reader that fell behind how much it missed, and goes on with whole lines', async () => {
		const logs = await flooded(5_000);
		const over = new AbortController();
		const reader = logs.read({ follow: true, lines: 1 }, over.signal);
		expect(textOf((await reader.next()).value ?? [])).toBe(line(5_000));
		for (let number = 5_001; number <= 9_000; number++) logs.write('worker.1', line(number));
		logs.look(2_000);
		await isCut(logs);
		const before = statSync(logs.file('worker.1')).size;
		const chunks: LogChunk[] = [];
		for await (const batch of reader) {
			chunks.push(...batch);
			if (textOf(chunks).endsWith(line(9_000))) over.abort();
		}
		const [marker, ...rest] = chunks;
		expect(marker).toMatchObject({ marker: true });
		const [, skipped = ''] = /^\[(\d+) bytes skipped\]\n$/.exec(marker?.bytes.toString() ?? '') ?? [];
		expect(5_000 * 100 + Number(skipped) + textOf(rest).length).toBe(before);
		expect(textOf(rest)).toMatch(/^(\d{9}\.{90}\n)+$/);
	});

	it('and then truncated by the app has what it says from then on', async () => {
		const logs = await flooded(5_000);
		logs.truncate('worker.1', 'begun anew\n');
		expect(await logs.text()).toBe('[the app truncated its log]\nbegun anew\n');
	});

	it('and then truncated while it is followed is told once', async () => {
		const logs = await flooded(5_000);
		let truncated = false;
		const chunks = await follow(
			logs,
			(seen) => textOf(seen).includes('begun anew'),
			{ lines: 2 },
			() => {
				if (truncated) return;
				truncated = true;
				logs.truncate('worker.1', 'begun anew\n');
			},
		);
		expect(chunks.filter(({ marker }) => marker).map(({ bytes }) => bytes.toString())).toEqual([
			'[the app truncated its log]\n',
		]);
	});

	it('is seen as it was left by a reader that opens it later', async () => {
		const logs = await flooded(2_000);
		const file = LogFile.open('worker.1', logs.file('worker.1'), 4096);
		expect(file?.start).toBeGreaterThan(100_000);
		file?.close();
	});
});
