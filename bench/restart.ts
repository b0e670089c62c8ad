// `kill -9` of an instance to the word of its successor.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { installPeers } from './lib/peers.ts';
import { atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { startTool } from './lib/running.ts';
import { median, percentile, withSpread } from './lib/statistics.ts';
import {
	bareNode,
	concurrently,
	localPeers,
	mprocs,
	PROGRAMS,
	pm2,
	procdeck,
	type Tool,
} from './lib/tools.ts';

const INSTANCES = 50;
const DEADLINE_MS = 30_000;
/** mprocs gives up what lived for less than a second. */
const HEALTHY_AFTER_MS = 1_500;
/** A crash comes when the tool has nothing else to do. */
const PAUSE_MS = 50;

/** Kills each instance once, one after the other. @returns the milliseconds to each successor */
async function restartTimes(tool: Tool): Promise<number[]> {
	const running = await startTool(tool, INSTANCES, ({ announcements }) =>
		[join(PROGRAMS, 'announces'), announcements.path].join(' '),
	);
	const { announcements } = running.app;
	try {
		const first = [...(await announcements.reach(INSTANCES, DEADLINE_MS))];
		await sleep(HEALTHY_AFTER_MS);
		const times: number[] = [];
		for (const { text } of first) {
			await sleep(PAUSE_MS);
			const killedAt = performance.now();
			process.kill(Number(text), 'SIGKILL');
			const all = await announcements.reach(INSTANCES + times.length + 1, DEADLINE_MS);
			times.push(all.at(-1)!.at - killedAt);
		}
		return times;
	} finally {
		await running.end();
	}
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const peers = [mprocs, pm2, concurrently, ...localPeers().filter(({ restarts }) => restarts)];
	const tools = [bareNode, procdeck, ...peers];
	const rounds = await inTurn(tools, quick ? 1 : 3, async (tool, round) => {
		const times = await restartTimes(tool);
		progress(`restart, round ${round + 1}: ${tool.name} ${median(times).toFixed(1)} ms`);
		return times;
	});
	const times = (tool: Tool) => rounds.get(tool.name)!.flat();
	const ratio = (peer: Tool) => median(times(procdeck)) / median(times(peer));
	const rows = tools.map((tool) => [
		tool.name,
		withSpread(times(tool), (ms) => ms.toFixed(1)),
		percentile(times(tool), 0.95).toFixed(1),
		`${(median(times(tool)) / median(times(bareNode))).toFixed(2)}x`,
	]);
	return {
		name: 'restart',
		title: 'Restart: from `kill -9` to the successor running',
		method: `${INSTANCES} instances run; each is killed once, one at a time, ${PAUSE_MS} ms after the one before was back. The clock runs from the kill to the successor's own word.`,
		tables: [{ columns: ['', 'p50, ms', 'p95, ms', 'to bare Node'], rows }],
		targets: [
			atMost(2, 'x', 'p50 against bare Node that spawns again', ratio(bareNode)),
			atMost(1, 'x', 'p50 against mprocs', ratio(mprocs)),
			atMost(1, 'x', 'p50 against pm2', ratio(pm2)),
		],
		notes: ['nf, foreman and hivemind do not restart.'],
	};
}

await benchmark(measure);
