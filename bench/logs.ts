// Millions of lines through the tools: how fast the app gets rid of them, how fast they come out, whether all are whole.
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { type LogRun, runLogs } from './lib/log-run.ts';
import { installPeers } from './lib/peers.ts';
import { atLeast, atMost, type Report, type Table, type Target } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { median, withSpread } from './lib/statistics.ts';
import { concurrently, mprocs, nf, pm2, procdeck, type Tool } from './lib/tools.ts';

const LINES = 2_000_000;
const STALL_SECONDS = 5;

const shell = (name: string, script: (commands: string) => string, printsLines: boolean): Tool => ({
	name,
	restarts: false,
	interrupt: '\x03',
	printsLines,
	prepare: async (_app, { command, count }) => [
		'sh',
		'-c',
		script(Array.from({ length: count }, (_, at) => `${command} ${at}`).join('\n')),
	],
});

/** The floors: the app into a file each, and through a pipe that `cat` empties into the output. */
const plainFile = shell(
	'plain file',
	(commands) => `${commands.replace(/ (\d+)$/gm, ' >plain.$1 &')}\nwait`,
	false,
);
const cat = shell('cat', (commands) => `{\n${commands.replace(/ \d+$/gm, ' &')}\nwait\n} | cat`, true);

const withLogMax: Tool = {
	...procdeck,
	prepare: async (app, workload) => {
		await app.write('procdeck.yml', 'processes: {worker: {log_max: 1G}}\n');
		return procdeck.prepare(app, workload);
	},
};

/** Through a pipe whose reader does nothing for a while. */
const stalled: Tool = {
	...withLogMax,
	name: `procdeck, reader stalls ${STALL_SECONDS} s`,
	prepare: async (app, workload) => [
		'sh',
		'-c',
		`"$@" | { sleep ${STALL_SECONDS}; exec cat; }`,
		'sh',
		...(await withLogMax.prepare(app, workload)),
	],
};

type Runs = ReadonlyMap<string, readonly LogRun[]>;

async function runAll(tools: readonly Tool[], writers: number, rounds: number): Promise<Runs> {
	return inTurn(tools, rounds, async (tool, round) => {
		const run = await runLogs(tool, writers, LINES);
		progress(`logs, ${writers} writing, round ${round + 1}: ${tool.name} ${JSON.stringify(run)}`);
		return run;
	});
}

const millions = (rate: number) => (rate / 1e6).toFixed(2);
const known = (rates: readonly (number | null)[]) => rates.filter((rate) => rate !== null);

function rowOf(name: string, runs: readonly LogRun[]): string[] {
	const worst = (count: (lines: NonNullable<LogRun['lines']>) => number) => {
		const counts = runs.flatMap(({ lines }) => (lines === null ? [] : [count(lines)]));
		return counts.length === 0 ? '-' : String(Math.max(...counts));
	};
	return [
		name,
		withSpread(
			runs.map(({ appRate }) => appRate),
			millions,
		),
		withSpread(known(runs.map(({ outRate }) => outRate)), millions),
		Math.max(...runs.map(({ peakMb }) => peakMb)).toFixed(0),
		worst(({ lost }) => lost),
		worst(({ torn }) => torn),
		worst(({ disordered }) => disordered),
	];
}

async function measureWriters(writers: number, quick: boolean): Promise<{ table: Table; targets: Target[] }> {
	const judged = await runAll([plainFile, cat, withLogMax, stalled], writers, quick ? 1 : 5);
	const peers = await runAll([concurrently, nf, pm2, mprocs], writers, quick ? 1 : 2);
	const runs = (tool: Tool) => judged.get(tool.name)!;
	const appRate = (tool: Tool) => median(runs(tool).map((run) => run.appRate));
	const outRate = (tool: Tool) => median(runs(tool).map((run) => run.outRate ?? 0));
	const own = [...runs(withLogMax), ...runs(stalled)];
	const spoilt = own.map(({ lines }) => lines!.lost + lines!.torn + lines!.disordered + lines!.unprefixed);
	const title = `${writers} writing`;
	return {
		table: {
			columns: [title, 'app, M lines/s', 'out, M lines/s', 'peak MB', 'lost', 'torn', 'out of order'],
			rows: [...judged, ...peers].map(([name, values]) => rowOf(name, values)),
		},
		targets: [
			atLeast(
				0.9,
				'x',
				`${title}: speed of the app, to a plain file`,
				appRate(withLogMax) / appRate(plainFile),
			),
			atLeast(0.6, 'x', `${title}: lines out, to \`cat\``, outRate(withLogMax) / outRate(cat)),
			atMost(0, 'lines', `${title}: lost, torn, out of order or without prefix`, Math.max(...spoilt)),
			atMost(
				80,
				'MB',
				`${title}: largest process, also while stalled`,
				Math.max(...own.map((run) => run.peakMb)),
			),
		],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const one = await measureWriters(1, quick);
	const two = await measureWriters(2, quick);
	return {
		name: 'logs',
		title: 'Logs: 2 million lines of 100 bytes from each writer',
		method:
			'The app writes numbered lines in blocks of 64 kB that end within lines; the output of each tool goes into a file (`cat`: the app piped into it), which is then read line by line. `app` is how fast the app got rid of its lines, `out` the lines by the time from the first write to the last line in the output. `log_max` is 1G. Peak memory is that of the largest process of the tool.',
		tables: [one.table, two.table],
		targets: [...one.targets, ...two.targets],
		notes: [
			'mprocs shows its lines on a screen only.',
			'pm2 also keeps the lines in files, as Procdeck does.',
		],
	};
}

await benchmark(measure);
