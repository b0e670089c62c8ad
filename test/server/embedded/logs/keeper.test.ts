import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { indexFile } from '../../../../src/server/embedded/logs/files.ts';
import { readIndex } from '../../../../src/server/embedded/logs/index.ts';
import { LogKeeper } from '../../../../src/server/embedded/logs/keeper.ts';
import { killAll } from '../../../support/processes.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { Logs } from './writer.ts';

const KILOBYTE = 1024;
const BOUND = 256 * KILOBYTE;
const BLOCK = `${'x'.repeat(KILOBYTE - 1)}\n`.repeat(64);

const allocated = (file: string) => statSync(file).blocks * 512;

describe('the bound of a log', () => {
	it('holds while an instance floods, and is never seen by the instance', async () => {
		const logs = await Logs.open(BOUND);
		const file = logs.file('worker.1');
		for (let written = 0; written < 64; written++) {
			logs.write('worker.1', BLOCK);
			await waitFor(() => {
				logs.look(written);
				return allocated(file) <= BOUND;
			}, 'the log to be cut');
		}
		expect(statSync(file).size).toBe(64 * BLOCK.length);
		expect(allocated(file)).toBeGreaterThan(BOUND / 2);
	});

	it('is made good for what was written while nobody looked', async () => {
		const logs = await Logs.open(BOUND);
		logs.look(1);
		for (let written = 0; written < 64; written++) logs.write('worker.1', BLOCK);
		const next = new LogKeeper(logs.directory);
		next.look(new Map([['worker.1', BOUND]]), 2);
		await waitFor(() => allocated(logs.file('worker.1')) <= BOUND, 'the log to be cut');
	});

	it('holds for the file before and the current one together', async () => {
		const logs = await Logs.open(BOUND);
		const file = logs.file('worker.1');
		for (let written = 0; written < 4; written++) logs.write('worker.1', BLOCK);
		logs.look(1);
		renameSync(file, `${file}.1`);
		renameSync(indexFile(file), indexFile(`${file}.1`));
		for (let written = 0; written < 3; written++) logs.write('worker.1', BLOCK);
		const both = () => allocated(file) + (existsSync(`${file}.1`) ? allocated(`${file}.1`) : 0);
		await waitFor(() => {
			logs.look(2);
			return both() <= BOUND;
		}, 'the file before to be cut');
		expect(existsSync(`${file}.1`)).toBe(true);
		logs.write('worker.1', BLOCK);
		logs.look(3);
		expect(existsSync(`${file}.1`)).toBe(false);
	});

	it('holds for an instance that is gone too', async () => {
		const logs = await Logs.open(BOUND);
		logs.look(1);
		for (let written = 0; written < 8; written++) logs.write('worker.1', BLOCK);
		logs.look(2, 'worker.2');
		await waitFor(() => allocated(logs.file('worker.1')) <= BOUND, 'the log to be cut');
	});

	it('is reached again by one look after the fastest writer there is', async () => {
		const logs = await Logs.open(BOUND);
		const log = openSync(logs.file('worker.1'), 'a');
		const writer = spawn('yes', { stdio: ['ignore', log, 'inherit'] });
		await waitFor(() => allocated(logs.file('worker.1')) > 64 * BOUND, 'a flood');
		logs.look(1);
		await waitFor(() => allocated(logs.file('worker.1')) < 64 * BOUND, 'the first cut');
		killAll([writer.pid ?? 0]);
		await waitFor(() => allocated(logs.file('worker.1')) <= BOUND, 'the last cut');
	});

	it('is made good before the keeper ends', async () => {
		const logs = await Logs.open(BOUND);
		logs.look(1);
		for (let written = 0; written < 8; written++) logs.write('worker.1', BLOCK);
		await logs.keeper.close();
		expect(allocated(logs.file('worker.1'))).toBeLessThanOrEqual(BOUND);
	});

	it('holds also while no times can be written, and nothing but those is missing', async () => {
		const logs = await Logs.open(BOUND);
		const obstacle = indexFile(logs.file('worker.1'));
		mkdirSync(obstacle);
		for (let written = 0; written < 8; written++) logs.write('worker.1', BLOCK);
		logs.write('worker.2', 'other\n');
		logs.look(1_000, 'worker.1', 'worker.2');
		expect(logs.keeper.problem).toMatchObject({ file: 'the log of worker.1', message: /EISDIR/ });
		expect(readIndex(logs.file('worker.2')).entries).toHaveLength(2);
		await waitFor(() => allocated(logs.file('worker.1')) <= BOUND, 'the log to be cut');
		rmSync(obstacle, { recursive: true });
		logs.look(2_000, 'worker.1', 'worker.2');
		expect(readIndex(logs.file('worker.1')).entries.at(-1)).toEqual({ at: 2_000, size: 8 * BLOCK.length });
		expect(logs.keeper.problem).toBeNull();
	});

	it('tells why a log cannot be bounded, until it can', async () => {
		const logs = await Logs.open(BOUND);
		const { PATH } = process.env;
		for (let written = 0; written < 8; written++) logs.write('worker.1', BLOCK);
		process.env.PATH = '/nowhere';
		logs.look(1_000);
		await waitFor(() => logs.keeper.problem, 'the problem');
		process.env.PATH = PATH;
		expect(logs.keeper.problem).toMatchObject({ message: /cannot be kept within log_max: .*fallocate/ });
		await waitFor(() => {
			logs.look(2_000);
			return logs.keeper.problem === null;
		}, 'the cut');
		expect(allocated(logs.file('worker.1'))).toBeLessThanOrEqual(BOUND);
	});

	it('asks to look again soon while a log grows fast', async () => {
		const logs = await Logs.open(BOUND);
		logs.write('worker.1', BLOCK);
		expect(logs.look(1)).toBe(true);
		logs.write('worker.1', 'a little\n');
		expect(logs.look(2)).toBe(false);
	});
});

describe('the times of a log', () => {
	it('are noted when it has grown, and go on after another keeper', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'one\n');
		logs.look(1_000);
		logs.look(2_000);
		logs.write('worker.1', 'two\n');
		new LogKeeper(logs.directory).look(new Map([['worker.1', BOUND]]), 3_000);
		expect(readIndex(logs.file('worker.1')).entries).toEqual([
			{ at: 1_000, size: 0 },
			{ at: 1_000, size: 4 },
			{ at: 3_000, size: 8 },
		]);
	});

	it('begin anew with a log that the app truncated', async () => {
		const logs = await Logs.open();
		logs.write('worker.1', 'a long first line\n');
		logs.look(1_000);
		logs.truncate('worker.1', 'new\n');
		logs.look(2_000);
		expect(readIndex(logs.file('worker.1')).entries).toEqual([
			{ at: 2_000, size: 0 },
			{ at: 2_000, size: 4 },
		]);
	});

	it('stay bounded', async () => {
		const logs = await Logs.open();
		for (let second = 1; second <= 20_000; second++) {
			logs.write('worker.1', '.\n');
			logs.look(second * 1_000);
		}
		const { entries } = readIndex(logs.file('worker.1'));
		expect(entries.length).toBeLessThan(17_000);
		expect(entries.at(-1)).toEqual({ at: 20_000_000, size: 40_000 });
		const times = entries.map(({ at }) => at);
		expect(times).toEqual(times.toSorted((a, b) => a - b));
	});
});
