import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monotonicNow, readStat } from '../../../src/linux/proc.ts';
import { Sampler } from '../../../src/server/embedded/sampler.ts';
import type { LiveProcess } from '../../../src/server/plan/state.ts';
import { fixture } from '../../support/binary.ts';
import { waitFor } from '../../support/wait-for.ts';

const MEGABYTE = 1024 * 1024;

function start(command: string): LiveProcess {
	const { pid = 0 } = spawn('/bin/sh', ['-c', command], { detached: true, stdio: 'ignore' });
	onTestFinished(() => {
		try {
			process.kill(-pid, 'SIGKILL');
		} catch {
			// The test ended it.
		}
	});
	const startTime = readStat(pid)?.startTime ?? 0;
	return { pid, startTime, startedAt: Date.now(), startedMono: monotonicNow() };
}

function sampler(): Sampler {
	const made = new Sampler();
	onTestFinished(() => made.close());
	return made;
}

const openFiles = () => readdirSync('/proc/self/fd').length;

describe('a sample', () => {
	it('counts the memory of the whole tree', async () => {
		const samples = sampler();
		const roots = new Map([['worker.1', start(`${fixture('leaks-memory.js')} 60 & wait`)]]);
		const memory = () => samples.sample(roots).get('worker.1')?.memoryBytes ?? 0;
		await waitFor(() => memory() > 60 * MEGABYTE, 'the child to be counted');
	});

	it('tells a busy instance from an idle one', async () => {
		const samples = sampler();
		const roots = new Map([
			['busy.1', start('while :; do :; done')],
			['idle.1', start('exec sleep 600')],
		]);
		await waitFor(() => {
			const sample = samples.sample(roots);
			return (sample.get('busy.1')?.cpuPercent ?? 0) > 10 && sample.get('idle.1')?.cpuPercent === 0;
		}, 'the busy one to show');
	});

	it('has zeros for what is gone, forgets it, and keeps nothing of it open', async () => {
		const samples = sampler();
		const before = openFiles();
		const root = start('exec sleep 600');
		samples.sample(new Map([['worker.1', root]]));
		expect(openFiles()).toBe(before + 1);
		process.kill(root.pid, 'SIGKILL');
		await waitFor(() => readStat(root.pid) === null, 'it to be gone');
		expect(samples.sample(new Map([['worker.1', root]])).get('worker.1')).toEqual({
			cpuPercent: 0,
			memoryBytes: 0,
		});
		expect(samples.sample(new Map()).size).toBe(0);
		expect(openFiles()).toBe(before);
	});
});
