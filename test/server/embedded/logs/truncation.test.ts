import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, readlinkSync, renameSync, statSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { indexFile } from '../../../../src/server/embedded/logs/files.ts';
import { LogKeeper } from '../../../../src/server/embedded/logs/keeper.ts';
import { StartedLogs } from '../../../../src/server/embedded/logs/started-logs.ts';
import type { LogChunk } from '../../../../src/server/server.ts';
import { fixture } from '../../../support/binary.ts';
import { killAll } from '../../../support/processes.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { follow, Logs, textOf } from './writer.ts';

const MARKER = '[the app truncated its log]\n';
const KILOBYTE = 1024;

/** As another supervisor does that takes over. */
function lookAgain(logs: Logs, now: number): void {
	const keeper = new LogKeeper(logs.directory);
	for (let look = 0; look < 2; look++) keeper.look(new Map([['worker.1', logs.bound]]), now);
}

/** Writes the log anew, later than the file system's clock can tell from the last time. */
async function rewrite(logs: Logs, text: string): Promise<void> {
	const { mtimeMs } = statSync(logs.file('worker.1'));
	await waitFor(() => {
		logs.truncate('worker.1', text);
		return statSync(logs.file('worker.1')).mtimeMs !== mtimeMs;
	}, 'another time of modification');
}

function linkOf(path: string): string | null {
	try {
		return readlinkSync(path);
	} catch {
		return null;
	}
}

const timed = (chunks: readonly LogChunk[]) =>
	chunks.map(({ at, marker, bytes }) => [at, marker, bytes.toString()]);

async function truncated(): Promise<Logs> {
	const logs = await Logs.open(256 * KILOBYTE);
	logs.write('worker.1', 'a long line that was there before\n');
	logs.look(1_000);
	logs.truncate('worker.1', 'after\n');
	return logs;
}

describe('that a log was truncated', () => {
	it('is told where it is read back, at the time at which it was noticed', async () => {
		const logs = await truncated();
		logs.look(2_000);
		logs.write('worker.1', 'more\n');
		logs.look(3_000);
		const expected = [
			[2_000, true, MARKER],
			[2_000, false, 'after\n'],
			[3_000, false, 'more\n'],
		];
		expect(timed(await logs.chunks())).toEqual(expected);
		utimesSync(logs.file('worker.1'), 3, 3);
		lookAgain(logs, 4_000);
		expect(timed(await logs.chunks())).toEqual(expected);
	});

	it('counts as one of the last lines, and as said at its time', async () => {
		const logs = await truncated();
		logs.look(2_000);
		expect(await logs.text({ lines: 1 })).toBe('after\n');
		expect(await logs.text({ lines: 2 })).toBe(`${MARKER}after\n`);
		logs.write('worker.1', 'more\n');
		logs.look(3_000);
		expect(await logs.text({ since: 2_500 })).toBe('more\n');
		expect(await logs.text({ since: 1_500 })).toBe(`${MARKER}after\nmore\n`);
	});

	it('is told by the reader where no supervisor has noticed it, and stays once one has', async () => {
		const logs = await truncated();
		expect(await logs.text()).toBe(`${MARKER}after\n`);
		lookAgain(logs, 2_000);
		expect(await logs.text()).toBe(`${MARKER}after\n`);
	});

	it('is told once, however often it was', async () => {
		const logs = await truncated();
		for (let times = 0; times < 5; times++) {
			logs.look(2_000 + times);
			logs.truncate('worker.1', 'x\n'.repeat(5 - times));
		}
		logs.look(3_000);
		expect(timed(await logs.chunks())).toEqual([
			[3_000, true, MARKER],
			[3_000, false, 'x\n'],
		]);
	});

	it('is noticed where the log has grown beyond its old size since', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'before\n');
		logs.look(1_000);
		logs.truncate('worker.1', 'longer than that was before\n');
		expect(await logs.text()).toBe(`${MARKER}longer than that was before\n`);
		logs.look(2_000);
		expect(await logs.text()).toBe(`${MARKER}longer than that was before\n`);
	});

	it('is noticed where the same was written again', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'tick\n');
		logs.look(1_000);
		await rewrite(logs, 'tick\n');
		logs.look(2_000);
		logs.look(3_000);
		expect(timed(await logs.chunks())).toEqual([
			[3_000, true, MARKER],
			[3_000, false, 'tick\n'],
		]);
	});

	it('is noticed where the same was written again while no supervisor was there', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'tick\n');
		const at = Date.now();
		logs.look(at);
		await waitFor(() => Date.now() > at + 1_500, 'the clock to move on');
		logs.truncate('worker.1', 'tick\n');
		lookAgain(logs, Date.now());
		expect(await logs.text()).toBe(`${MARKER}tick\n`);
	});

	it('stays when the log is cut, and is noticed of one that was', async () => {
		const logs = await truncated();
		logs.look(2_000);
		const allocated = () => statSync(logs.file('worker.1')).blocks * 512;
		const line = `${'x'.repeat(KILOBYTE - 1)}\n`;
		for (let written = 0; written < 16; written++) logs.write('worker.1', line.repeat(64));
		logs.look(3_000);
		await waitFor(() => allocated() <= 256 * KILOBYTE, 'the cut');
		await logs.keeper.close();
		const [first, ...rest] = await logs.chunks();
		expect(first).toMatchObject({ at: 2_000, marker: true });
		expect(textOf(rest)).toMatch(/^(x{1023}\n)+$/);
		logs.truncate('worker.1', line.repeat(2_000));
		lookAgain(logs, 4_000);
		const text = await logs.text();
		expect(text.startsWith(`${MARKER}x`)).toBe(true);
	});

	it('stays with the file that it happened to when the instance begins a new one', async () => {
		const logs = await truncated();
		logs.look(2_000);
		const file = logs.file('worker.1');
		renameSync(file, `${file}.1`);
		renameSync(indexFile(file), indexFile(`${file}.1`));
		logs.write('worker.1', 'a new file that is longer than the one before\n');
		logs.look(3_000);
		logs.look(4_000);
		expect(await logs.text()).toBe(`${MARKER}after\na new file that is longer than the one before\n`);
	});

	it('is not thought of a log that only grows, rests or is cut', async () => {
		const logs = await Logs.open(256 * KILOBYTE);
		for (let written = 0; written < 12; written++) {
			logs.write('worker.1', `${'x'.repeat(KILOBYTE - 1)}\n`.repeat(written < 4 ? 1 : 64));
			for (let look = 0; look < 3; look++) logs.look(written * 1_000 + look);
		}
		await logs.keeper.close();
		expect((await logs.chunks()).filter(({ marker }) => marker)).toEqual([]);
	});

	it('is told to who follows it also where the same, or more, was written again', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'tick\n');
		let times = 0;
		const chunks = await follow(
			logs,
			(seen) => textOf(seen).endsWith('more\n'),
			{},
			(seen) => {
				if (!textOf(seen).endsWith('tick\n')) return;
				times++;
				if (times === 1) void rewrite(logs, 'tick\n').then(() => rewrite(logs, 'tick\n'));
				else void rewrite(logs, 'ticks, and much more\n');
			},
		);
		const text = textOf(chunks);
		expect(text.startsWith(`tick\n${MARKER}tick\n`)).toBe(true);
		expect(text.endsWith(`${MARKER}ticks, and much more\n`)).toBe(true);
	});
});

describe('a log that is truncated before anybody has looked at it', () => {
	it('is known by where the last words of the instance ended', async () => {
		const logs = await Logs.open();
		const started = new StartedLogs();
		const log = openSync(logs.file('worker.1'), 'a+');
		const child = spawn(fixture('writes-dev-stderr'), { stdio: ['ignore', log, log] });
		started.add('worker.1', log);
		await waitFor(async () => (await logs.text()).includes('line 3 to /dev/stderr'), 'the last words');
		expect([...started.take()]).toEqual(['worker.1']);
		expect([...started.take()]).toEqual([]);
		killAll([child.pid ?? 0]);
		await once(child, 'exit');
		logs.keeper.look(new Map([['worker.1', logs.bound]]), 1_000, ['worker.1']);
		expect(await logs.text()).toBe(`${MARKER}line 3 to /dev/stderr\n`);
	});

	it('is not what a log is that only grows; its descriptor is not kept for long', async () => {
		const logs = await Logs.open();
		const started = new StartedLogs();
		const log = openSync(logs.file('worker.1'), 'a+');
		const child = spawn('sh', ['-c', 'for n in 1 2 3; do echo $n; echo $n >&2; done'], {
			stdio: ['ignore', log, log],
		});
		started.add('worker.1', log);
		await once(child, 'exit');
		const holds = (file: string) =>
			readdirSync('/proc/self/fd').some((name) => linkOf(`/proc/self/fd/${name}`) === file);
		expect(holds(logs.file('worker.1'))).toBe(true);
		await waitFor(() => {
			expect([...started.take()]).toEqual([]);
			return !holds(logs.file('worker.1'));
		}, 'the descriptor to be closed');
	});
});
