// What it costs the supervisor that somebody looks at the CPU and memory of 500 instances.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PsJson } from '../test/support/contract.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { type App, withApp } from './lib/app.ts';
import { AT_REST_MS, ps, startInBackground, watchStatistics } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { cpuPercent } from './lib/processes.ts';
import { atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { median, withSpread } from './lib/statistics.ts';
import { FLOORS, PROGRAMS } from './lib/tools.ts';

const INSTANCES = 500;
const SECONDS = 10;
/** What a program does at its start is not what it costs. */
const WARM_UP_MS = 3_000;

const measured = (pid: number) => cpuPercent([pid], () => sleep(SECONDS * 1000));

async function watched(app: App, supervisor: number): Promise<number> {
	const watcher = watchStatistics(app);
	try {
		await waitFor(() => samplesIn(app) > 0, 'a first sample');
		await sleep(WARM_UP_MS);
		const before = samplesIn(app);
		const percent = await measured(supervisor);
		if (samplesIn(app) - before < SECONDS - 2) throw new Error('there was no sample each second');
		return percent;
	} finally {
		watcher.stop();
	}
}

/** How often all instances were sampled: each time the growing one has another size. */
function samplesIn(app: App): number {
	const lines = readFileSync(join(app.directory, 'watched'), 'utf8').split('\n').slice(0, -1);
	const sizes = lines.flatMap((line) => {
		const instances = (JSON.parse(line) as PsJson).servers[0]!.processes.flatMap(
			(process) => process.instances,
		);
		const isWhole = instances.every(({ memoryBytes }) => memoryBytes !== null);
		return isWhole ? [instances.find(({ name }) => name === 'grows.1')!.memoryBytes] : [];
	});
	return new Set(sizes).size;
}

async function floor(pids: readonly number[]): Promise<number> {
	const child = spawn(process.execPath, [join(FLOORS, 'sample.js'), ...pids.map(String)]);
	await once(child.stdout, 'data');
	await sleep(WARM_UP_MS);
	const percent = await measured(child.pid!);
	child.kill();
	return percent;
}

async function startInstances(app: App): Promise<{ supervisor: number; pids: number[] }> {
	const supervisor = await startInBackground(app, {
		worker: { command: 'sleep 100000', count: INSTANCES - 1 },
		grows: { command: `${process.execPath} ${join(PROGRAMS, 'grows.js')}`, count: 1 },
	});
	await sleep(AT_REST_MS);
	const { processes } = await ps(app);
	return { supervisor, pids: processes.flatMap(({ instances }) => instances.map(({ pid }) => pid!)) };
}

function reportOf(values: ReadonlyMap<string, readonly number[]>): Report {
	const [, idle, looking] = [...values.values()].map(median);
	const rows = [...values].map(([name, list]) => [name, withSpread(list, (value) => value.toFixed(2))]);
	return {
		name: 'stats',
		title: `Statistics: CPU and memory of ${INSTANCES} instances, once a second`,
		method: `CPU time of the process, its threads included, over ${SECONDS} s each. While \`ps --watch\` looks, each second has to bring new values for every instance, one of which grows. Sampling is what looking adds to the supervisor.`,
		tables: [{ columns: ['', '% of a core'], rows }],
		targets: [atMost(1, '%', `sampling ${INSTANCES} instances`, looking! - idle!)],
		notes: [
			'What looking adds holds the sending of the statistics too. Processes are trees here: each sample also finds new members, which the floor does not do.',
		],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	return withApp(async (app) => {
		const { supervisor, pids } = await startInstances(app);
		const contestants = [
			{ name: 'Node that reads the files, nothing else', percent: () => floor(pids) },
			{ name: 'the supervisor, nobody looks', percent: () => measured(supervisor) },
			{ name: 'the supervisor, `ps --watch` looks', percent: () => watched(app, supervisor) },
		];
		const values = await inTurn(contestants, quick ? 1 : 3, async ({ name, percent }) => {
			const value = await percent();
			progress(`stats: ${name} ${value.toFixed(2)} %`);
			return value;
		});
		return reportOf(values);
	});
}

await benchmark(measure);
