import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
	bootId,
	describeProcess,
	environmentValue,
	isAlive,
	listPids,
	monotonicNow,
	openStat,
	pageBytesIn,
	parseStat,
	readStat,
	rereadStat,
} from '../../src/linux/proc.ts';
import { waitFor } from '../support/wait-for.ts';

function child(command: string, env: Record<string, string> = {}) {
	const process_ = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
	onTestFinished(() => {
		process_.kill('SIGKILL');
	});
	return process_;
}

describe('the stat of a process', () => {
	it('is found behind any name, also one that looks like a stat itself', () => {
		const fields = fc.array(fc.nat(1_000_000), { minLength: 49, maxLength: 49 });
		fc.assert(
			fc.property(fc.nat(4_000_000), fc.string({ maxLength: 15 }), fields, (pid, name, rest) => {
				const parsed = parseStat(`${pid} (${name}) S ${rest.join(' ')}\n`);
				expect(parsed).toEqual({
					pid,
					state: 'S',
					parent: rest[0],
					group: rest[1],
					session: rest[2],
					cpuTicks: (rest[10] ?? 0) + (rest[11] ?? 0),
					startTime: rest[18],
					residentBytes: (rest[20] ?? 0) * 4096,
				});
			}),
		);
	});

	it('is that of this very process', () => {
		const stat = readStat(process.pid);
		expect(stat).toMatchObject({ pid: process.pid, parent: process.ppid });
		expect(stat?.residentBytes).toBeGreaterThan(10_000_000);
		expect((stat?.startTime ?? 0) * 10).toBeLessThan(monotonicNow());
	});

	it('of one that is gone is null, also where its file was kept open', async () => {
		const short = child('exec sleep 600');
		const descriptor = openStat(short.pid ?? 0);
		if (descriptor === null) throw new Error('no stat');
		expect(rereadStat(descriptor)).not.toBeNull();
		short.kill('SIGKILL');
		await once(short, 'exit');
		expect(rereadStat(descriptor)).toBeNull();
		closeSync(descriptor);
		expect(readStat(short.pid ?? 0)).toBeNull();
	});
});

describe('the page size', () => {
	const auxv = (...pairs: [number, number][]) =>
		Buffer.from(new BigUint64Array(pairs.flat().map(BigInt)).buffer);

	it('is what the kernel says, also where pages are large', () => {
		expect(pageBytesIn(auxv([33, 0x7fff_0000], [6, 65_536], [0, 0]))).toBe(65_536);
	});

	it('is the smallest that there is where the kernel does not say', () => {
		expect(pageBytesIn(auxv([0, 0]))).toBe(4096);
		expect(pageBytesIn(Buffer.alloc(3))).toBe(4096);
	});

	it('gives the memory of this very process', () => {
		const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]);
		const ratio = (readStat(process.pid)?.residentBytes ?? 0) / (kilobytes * 1024);
		expect(ratio).toBeGreaterThan(0.7);
		expect(ratio).toBeLessThan(1.4);
	});
});

describe('whether a process lives', () => {
	it('is told by its start too: a reused pid is somebody else', () => {
		const startTime = readStat(process.pid)?.startTime ?? 0;
		expect({ pid: process.pid, startTime }).toSatisfy(isAlive);
		expect({ pid: process.pid, startTime: startTime - 1 }).not.toSatisfy(isAlive);
	});

	it('is no for a zombie', async () => {
		const parent = child('sleep 0 & exec sleep 600');
		const zombie = await waitFor(
			() =>
				listPids()
					.map(readStat)
					.find((stat) => stat?.parent === parent.pid && stat?.state === 'Z'),
			'a zombie',
		);
		expect(zombie).not.toSatisfy(isAlive);
	});
});

describe('a variable in the environment of a process', () => {
	it('is read from what it was started with', async () => {
		const { pid = 0 } = child('exec sleep 600', { COOKIE: 'a/b/1', NOT_COOKIE: 'x', EMPTY: '' });
		const isThere = () => describeProcess(pid).includes('(sleep,') && environmentValue(pid, 'COOKIE');
		await waitFor(isThere, 'the process to be there');
		expect(environmentValue(pid, 'COOKIE')).toBe('a/b/1');
		expect(environmentValue(pid, 'EMPTY')).toBe('');
		expect(environmentValue(pid, 'OOKIE')).toBeNull();
		expect(environmentValue(pid, 'MISSING')).toBeNull();
	});

	it('of a process that is not there is null', () => {
		expect(environmentValue(2 ** 22, 'PATH')).toBeNull();
	});
});

it('a process is named with its owner', () => {
	expect(describeProcess(process.pid)).toContain(`pid ${process.pid} (`);
	expect(describeProcess(process.pid)).toContain(`user ${process.getuid?.()}`);
	expect(describeProcess(2 ** 22)).toBe(`pid ${2 ** 22}`);
});

it('a boot has one id', () => {
	expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
	expect(bootId()).toBe(bootId());
});
