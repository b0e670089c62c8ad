// `procdeck up` to all instances running, beside its peers and beside Node that does nothing but spawn.
import { join } from 'node:path';
import { isAlive } from '../test/support/processes.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { installPeers } from './lib/peers.ts';
import { atMost, type Report, type Table, type Target } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { startTool } from './lib/running.ts';
import { median, withSpread } from './lib/statistics.ts';
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

const DEADLINE_MS = 120_000;

/** Milliseconds from the start of a tool to the word of the last of its instances, all of which live. */
async function timeToAllUp(tool: Tool, count: number): Promise<number> {
	const running = await startTool(tool, count, ({ announcements }) =>
		[join(PROGRAMS, 'announces'), announcements.path].join(' '),
	);
	try {
		const announced = await running.app.announcements.reach(count, DEADLINE_MS);
		const pids = new Set(announced.map(({ text }) => Number(text)));
		const alive = [...pids].filter(isAlive).length;
		if (alive !== count || pids.size !== count)
			throw new Error(`${tool.name}: ${alive} of ${count} instances are up, ${pids.size} were started`);
		return announced[count - 1]!.at - running.startedAt;
	} finally {
		await running.end();
	}
}

async function measureCount(count: number, rounds: number): Promise<{ table: Table; targets: Target[] }> {
	const tools = [bareNode, procdeck, nf, mprocs, concurrently, pm2, ...localPeers()];
	const times = await inTurn(tools, rounds, async (tool, round) => {
		const ms = await timeToAllUp(tool, count);
		progress(`start ${count}, round ${round + 1}: ${tool.name} ${ms.toFixed(0)} ms`);
		return ms;
	});
	const middle = (tool: Tool) => median(times.get(tool.name)!);
	const rows = tools.map((tool) => [
		tool.name,
		withSpread(times.get(tool.name)!, (ms) => ms.toFixed(0)),
		`${(middle(tool) / middle(bareNode)).toFixed(2)}x`,
	]);
	const ratio = (peer: Tool) => middle(procdeck) / middle(peer);
	const against = (peer: Tool, bound: number) =>
		atMost(bound, 'x', `${count} instances, against ${peer.name}`, ratio(peer));
	return {
		table: { columns: [`${count} instances`, 'all up, ms', 'to bare Node'], rows },
		targets: [against(bareNode, 1.3), ...[nf, mprocs, concurrently, pm2].map((peer) => against(peer, 1))],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const few = await measureCount(50, quick ? 2 : 7);
	const many = await measureCount(500, quick ? 1 : 3);
	return {
		name: 'start',
		title: 'Start: from the command to the last instance running',
		method:
			'Each instance is a shell script that says its pid in a named pipe and becomes `sleep`. The clock runs from the start of the tool to the last word; then all are looked up and have to live.',
		tables: [few.table, many.table],
		targets: [...few.targets, ...many.targets],
		notes: [
			'Bare Node spawns in a loop, keeps no output and no record: `child_process.spawn` with `stdio: ignore`. Procdeck keeps both.',
		],
	};
}

await benchmark(measure);
