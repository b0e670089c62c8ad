// `kill -9` of an instance to the word of its successor.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Announcements } from './lib/announcements.ts';
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
const START_DEADLINE_MS = 30_000;
/** What is not back by then does not come back. */
const RESTART_DEADLINE_MS = 5_000;
/** mprocs gives up what lived for less than a second. */
const HEALTHY_AFTER_MS = 1_500;
/** A crash comes when the tool has nothing else to do. */
const PAUSE_MS = 50;

/** Kills each instance once, one after the other. @returns the milliseconds to each successor, null where none came */
async function restartTimes(tool: Tool): Promise<(number | null)[]> {
	const running = await startTool(tool, INSTANCES, ({ announcements }) =>
		[join(PROGRAMS, 'announces'), announcements.path].join(' '),
	);
	const { announcements } = running.app;
	try {
		const first = [...(await announcements.reach(INSTANCES, START_DEADLINE_MS))];
		await sleep(HEALTHY_AFTER_MS);
		const times: (number | null)[] = [];
		for (const { text } of first) {
			await sleep(PAUSE_MS);
			times.push(await timeToSuccessor(Number(text), announcements));
		}
		return times;
	} finally {
		await running.end();
	}
}

async function timeToSuccessor(pid: number, announcements: Announcements): Promise<number | null> {
	const before = announcements.all.length;
	const killedAt = performance.now();
	process.kill(pid, 'SIGKILL');
	try {
		return (await announcements.reach(before + 1, RESTART_DEADLINE_MS))[before]!.at - killedAt;
	} catch {
		return null;
	}
}

function reportOf(rounds: ReadonlyMap<string, readonly (readonly (number | null)[])[]>): Report {
	const times = (name: string) =>
		rounds
			.get(name)!
			.flat()
			.filter((ms) => ms !== null);
	const never = (name: string) =>
		rounds
			.get(name)!
			.flat()
			.filter((ms) => ms === null).length;
	const ratio = (peer: Tool) => median(times(procdeck.name)) / median(times(peer.name));
	const rows = [...rounds.keys()].map((name) => [
		name,
		withSpread(times(name), (ms) => ms.toFixed(1)),
		percentile(times(name), 0.95).toFixed(1),
		`${(median(times(name)) / median(times(bareNode.name))).toFixed(2)}x`,
		String(never(name)),
	]);
	return {
		name: 'restart',
		title: 'Restart: from `kill -9` to the successor running',
		method: `${INSTANCES} instances run; each is killed once, one at a time, ${PAUSE_MS} ms after the one before was back. The clock runs from the kill to the successor's own word.`,
		tables: [{ columns: ['', 'p50, ms', 'p95, ms', 'to bare Node', 'never came back'], rows }],
		targets: [
			atMost(2, 'x', 'p50 against bare Node that spawns again', ratio(bareNode)),
			atMost(1, 'x', 'p50 against mprocs', ratio(mprocs)),
			atMost(1, 'x', 'p50 against pm2', ratio(pm2)),
			atMost(0, 'processes', 'never came back', never(procdeck.name)),
		],
		notes: ['nf, foreman and hivemind do not restart.'],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const peers = [mprocs, pm2, concurrently, ...localPeers().filter(({ restarts }) => restarts)];
	const rounds = await inTurn([bareNode, procdeck, ...peers], quick ? 1 : 3, async (tool, round) => {
		const times = await restartTimes(tool);
		progress(
			`restart, round ${round + 1}: ${tool.name} ${median(times.map((ms) => ms ?? Infinity)).toFixed(1)} ms`,
		);
		return times;
	});
	return reportOf(rounds);
}

await benchmark(measure);
