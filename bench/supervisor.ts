// What the supervisor weighs while its instances have nothing to say.
import { setTimeout as sleep } from 'node:timers/promises';
import { withApp } from './lib/app.ts';
import { startInBackground, supervisorProcesses } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { installPeers } from './lib/peers.ts';
import { cpuPercent, memoryMb } from './lib/processes.ts';
import { atMost, type Report } from './lib/report.ts';
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

const INSTANCES = 50;
const DEADLINE_MS = 60_000;
const WARM_UP_MS = 3_000;
const SECONDS = 15;

interface Weight {
	/** Of all its processes together, in MB; shared memory counts in each. */
	readonly memory: number;
	/** Percent of a core. */
	readonly cpu: number;
}

interface Contestant {
	readonly name: string;
	weigh(seconds: number): Promise<Weight>;
}

async function weigh(pids: readonly number[], seconds: number): Promise<Weight> {
	await sleep(WARM_UP_MS);
	const cpu = await cpuPercent(pids, () => sleep(seconds * 1000));
	return { cpu, memory: pids.reduce((sum, pid) => sum + memoryMb(pid).now, 0) };
}

const inBackground: Contestant = {
	name: 'procdeck start',
	weigh: (seconds) =>
		withApp(async (app) => {
			await startInBackground(app, { worker: { command: 'sleep 100000', count: INSTANCES } });
			return weigh(await supervisorProcesses(app), seconds);
		}),
};

/** A tool in the foreground, with the shells that it keeps for its instances. */
const inForeground = (tool: Tool): Contestant => ({
	name: tool === procdeck ? 'procdeck up' : tool.name,
	async weigh(seconds) {
		const running = await startTool(tool, INSTANCES, ({ announcements }) =>
			[`${PROGRAMS}/announces`, announcements.path].join(' '),
		);
		try {
			const announced = await running.app.announcements.reach(INSTANCES, DEADLINE_MS);
			const instances = new Set(announced.map(({ text }) => Number(text)));
			return await weigh(
				running.app.processes().filter((pid) => !instances.has(pid)),
				seconds,
			);
		} finally {
			await running.end();
		}
	},
});

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const tools = [procdeck, bareNode, nf, mprocs, concurrently, pm2, ...localPeers()];
	const contestants = [inBackground, ...tools.map(inForeground)];
	const weights = await inTurn(contestants, quick ? 1 : 3, async ({ name, weigh }) => {
		const weight = await weigh(quick ? 5 : SECONDS);
		progress(`supervisor: ${name} ${weight.memory.toFixed(0)} MB, ${weight.cpu.toFixed(2)} %`);
		return weight;
	});
	const memory = (name: string) => weights.get(name)!.map((weight) => weight.memory);
	const cpu = (name: string) => weights.get(name)!.map((weight) => weight.cpu);
	const rows = contestants.map(({ name }) => [
		name,
		withSpread(memory(name), (value) => value.toFixed(0)),
		withSpread(cpu(name), (value) => value.toFixed(2)),
	]);
	return {
		name: 'supervisor',
		title: `The supervisor with ${INSTANCES} instances, idle`,
		method:
			'Resident memory of the tool, its helpers and the shells that it keeps, without the instances (their programs are `sleep`); CPU time of the same processes over some seconds in which nothing happens.',
		tables: [{ columns: ['', 'RSS, MB', '% of a core, idle'], rows }],
		targets: [
			atMost(70, 'MB', '`procdeck start`: RSS, helpers included', median(memory(inBackground.name))),
			atMost(70, 'MB', '`procdeck up`: RSS, helpers included', median(memory('procdeck up'))),
			atMost(1, '%', '`procdeck start`: CPU, idle', median(cpu(inBackground.name))),
			atMost(1, '%', '`procdeck up`: CPU, idle', median(cpu('procdeck up'))),
		],
		notes: ['Pages that processes share (programs, libraries) count once in each of them.'],
	};
}

await benchmark(measure);
