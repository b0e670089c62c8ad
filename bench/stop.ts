// Ctrl-C in a terminal to nothing left, with instances that each have a child of their own.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../src/linux/proc.ts';
import { withApp } from './lib/app.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { installPeers } from './lib/peers.ts';
import { identify, type ProcessIdentity } from './lib/processes.ts';
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
	/** Until instances and grandchildren were gone; null if some were still there at the deadline. */
	readonly ms: number | null;
	/** Until the tool itself had ended too. */
	readonly endMs: number | null;
	readonly left: number;
}

async function stop(tool: Tool): Promise<Stop> {
	return withApp(async (app) => {
		const command = [join(PROGRAMS, 'has-grandchild'), app.announcements.path].join(' ');
		const line = await tool.prepare(app, { command, count: INSTANCES });
		const terminal = openTerminal(line, { cwd: app.directory, env: app.env });
		const announced = await app.announcements.reach(INSTANCES, START_DEADLINE_MS);
		await sleep(SETTLED_AFTER_MS);
		const own = identify(terminal.pid);
		const instances = announced.flatMap(({ text }) => text.split(' ').map(Number)).map(identify);
		const interruptedAt = performance.now();
		terminal.type(tool.interrupt);
		const left = await untilGone(instances, interruptedAt);
		const ms = left.length > 0 ? null : performance.now() - interruptedAt;
		const hasEnded = (await untilGone([own], interruptedAt)).length === 0;
		return { ms, endMs: hasEnded ? performance.now() - interruptedAt : null, left: left.length };
	});
}

/** @returns what is still there at the deadline */
async function untilGone(
	processes: readonly ProcessIdentity[],
	since: number,
): Promise<readonly ProcessIdentity[]> {
	let left = processes.filter(isAlive);
	while (left.length > 0 && performance.now() - since < STOP_DEADLINE_MS) {
		await sleep(LOOK_EVERY_MS);
		left = left.filter(isAlive);
	}
	return left;
}

type Stops = ReadonlyMap<string, readonly Stop[]>;

function reportOf(rounds: Stops): Report {
	const times = (stops: readonly Stop[], moment: 'ms' | 'endMs') =>
		stops.map((one) => one[moment]).filter((ms) => ms !== null);
	const left = (stops: readonly Stop[]) => Math.max(...stops.map((one) => one.left));
	const rows = [...rounds].map(([name, stops]) => [
		name,
		withSpread(times(stops, 'ms'), (ms) => ms.toFixed(0)),
		withSpread(times(stops, 'endMs'), (ms) => ms.toFixed(0)),
		String(left(stops)),
	]);
	const own = rounds.get(procdeck.name)!;
	return {
		name: 'stop',
		title: `Stop: Ctrl-C with ${INSTANCES} instances that each have a child`,
		method: `Typed into a terminal (mprocs is ended by its own key \`q\`). The clock runs until the ${INSTANCES} instances and their ${INSTANCES} children are all gone, at most ${STOP_DEADLINE_MS / 1000} s.`,
		tables: [
			{ columns: ['', 'nothing left after, ms', 'tool ended after, ms', 'left at the deadline'], rows },
		],
		targets: [
			atMost(0, 'processes', 'left behind', left(own)),
			atMost(200, 'ms', 'to nothing left, the median', median(own.map(({ ms }) => ms ?? STOP_DEADLINE_MS))),
		],
		notes: ['Bare Node signals the process group of each instance and waits for nothing else.'],
	};
}

async function stopAndTell(tool: Tool): Promise<Stop> {
	const result = await stop(tool);
	progress(`stop: ${tool.name} ${result.ms?.toFixed(0) ?? '-'} ms, ${result.left} left`);
	return result;
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const judged = await inTurn([bareNode, procdeck], quick ? 3 : 15, stopAndTell);
	const peers = [nf, concurrently, mprocs, pm2, ...localPeers()];
	const others = await inTurn(peers, quick ? 1 : 3, stopAndTell);
	return reportOf(new Map([...judged, ...others]));
}

await benchmark(measure);
