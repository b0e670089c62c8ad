// Ctrl-C in a terminal to nothing left, with instances that each have a child of their own.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../src/linux/proc.ts';
import { withApp } from './lib/app.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { installPeers } from './lib/peers.ts';
import { identify } from './lib/processes.ts';
import { atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { median, withSpread } from './lib/statistics.ts';
import { openTerminal } from './lib/terminal.ts';
import {
	bareNode,
	concurrently,
	localPeers,
	mprocs,
	nf,
	PROGRAMS,
	pm2,
	procdeck,
	type Tool,
} from './lib/tools.ts';

const INSTANCES = 50;
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;
const LOOK_EVERY_MS = 2;
/** What a tool does after its start is over by then. */
const SETTLED_AFTER_MS = 1_500;

interface Stop {
	/** Until instances, grandchildren and the tool itself were gone; null if some were still there at the deadline. */
	readonly ms: number | null;
	readonly left: number;
}

async function stop(tool: Tool): Promise<Stop> {
	return withApp(async (app) => {
		const command = [join(PROGRAMS, 'has-grandchild'), app.announcements.path].join(' ');
		const line = await tool.prepare(app, { command, count: INSTANCES });
		const terminal = openTerminal(line, { cwd: app.directory, env: app.env });
		const announced = await app.announcements.reach(INSTANCES, START_DEADLINE_MS);
		await sleep(SETTLED_AFTER_MS);
		const pids = [terminal.pid, ...announced.flatMap(({ text }) => text.split(' ').map(Number))];
		let left = pids.map(identify);
		const interruptedAt = performance.now();
		terminal.type(tool.interrupt);
		while (left.length > 0 && performance.now() - interruptedAt < STOP_DEADLINE_MS) {
			await sleep(LOOK_EVERY_MS);
			left = left.filter(isAlive);
		}
		return { ms: left.length > 0 ? null : performance.now() - interruptedAt, left: left.length };
	});
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const tools = [bareNode, procdeck];
	const peers = [nf, concurrently, mprocs, pm2, ...localPeers()];
	const stopIt = async (tool: Tool) => {
		const result = await stop(tool);
		progress(`stop: ${tool.name} ${result.ms?.toFixed(0) ?? '-'} ms, ${result.left} left`);
		return result;
	};
	const rounds = new Map([
		...(await inTurn(tools, quick ? 3 : 15, stopIt)),
		...(await inTurn(peers, quick ? 1 : 3, stopIt)),
	]);
	const times = (tool: Tool) => rounds.get(tool.name)!.flatMap(({ ms }) => (ms === null ? [] : [ms]));
	const left = (tool: Tool) => Math.max(...rounds.get(tool.name)!.map((round) => round.left));
	const rows = [...tools, ...peers].map((tool) => [
		tool.name,
		withSpread(times(tool), (ms) => ms.toFixed(0)),
		String(left(tool)),
	]);
	return {
		name: 'stop',
		title: `Stop: Ctrl-C with ${INSTANCES} instances that each have a child`,
		method: `Typed into a terminal (mprocs is ended by its own key \`q\`). The clock runs until the tool, its ${INSTANCES} instances and their ${INSTANCES} children are all gone, at most ${STOP_DEADLINE_MS / 1000} s.`,
		tables: [{ columns: ['', 'nothing left after, ms', 'processes left at the deadline'], rows }],
		targets: [
			atMost(0, 'processes', 'left behind', left(procdeck)),
			atMost(200, 'ms', 'to nothing left, the median', median(times(procdeck))),
		],
		notes: ['Bare Node signals the process group of each instance and waits for nothing else.'],
	};
}

await benchmark(measure);
