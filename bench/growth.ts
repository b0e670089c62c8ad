// How the supervisor and the console grow with the instances and with what they log.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BINARY } from '../test/support/binary.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { type App, withApp } from './lib/app.ts';
import { AT_REST_MS, ps, startInBackground, verb } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { consoleKeys, keysToPaint } from './lib/keys.ts';
import { cpuMs, memoryMb } from './lib/processes.ts';
import { atMost, type Report, type Table, type Target } from './lib/report.ts';
import { percentile } from './lib/statistics.ts';
import { openTerminal, type Terminal } from './lib/terminal.ts';
import { PROGRAMS } from './lib/tools.ts';

const COUNTS = [10, 100, 500, 1000];
const RATES = [0, 1_000, 10_000, 100_000];
/** So many instances share a rate. */
const LOGGING = 10;
const SIZE = { columns: 200, rows: 50 };
const WARM_UP_MS = 3_000;
const DEADLINE_MS = 60_000;
/** What is measured twice differs by so much: growth within it is none. */
const NOISE = 1.25;
/** Beneath this a percentage of a core is noise, not load. */
const LEAST_CPU = 0.5;

interface Load {
	readonly supervisorCpu: number;
	readonly supervisorMb: number;
	readonly consoleCpu: number;
	readonly consoleMb: number;
}

interface Grown extends Load {
	readonly startMs: number;
	readonly showMs: number;
	readonly keyMs: number;
	readonly stopMs: number;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [ms: number, value: T]> {
	const startedAt = performance.now();
	const value = await work();
	return [performance.now() - startedAt, value];
}

async function load(supervisor: number, console: number, seconds: number): Promise<Load> {
	await sleep(WARM_UP_MS);
	const [startedAt, before] = [performance.now(), [cpuMs(supervisor), cpuMs(console)]];
	await sleep(seconds * 1000);
	const percent = (pid: number, at: number) =>
		((cpuMs(pid) - before[at]!) / (performance.now() - startedAt)) * 100;
	return {
		supervisorCpu: percent(supervisor, 0),
		supervisorMb: memoryMb(supervisor).now,
		consoleCpu: percent(console, 1),
		consoleMb: memoryMb(console).now,
	};
}

const openConsole = (app: App): Terminal =>
	openTerminal([process.execPath, BINARY], { cwd: app.directory, env: app.env, ...SIZE });

/** Starts, shows and stops so many instances that say nothing. */
async function withInstances(count: number, seconds: number): Promise<Grown> {
	return withApp(async (app) => {
		const types = { worker: { command: 'sleep 100000', count }, web: { command: 'sleep 100000', count: 1 } };
		const [startMs, supervisor] = await timed(() => startInBackground(app, types));
		await sleep(AT_REST_MS);
		const console = openConsole(app);
		const shownAt = await console.shows(
			(screen) => screen.includes(`${count + 1}/${count + 1} up`),
			DEADLINE_MS,
		);
		const figures = await load(supervisor, console.pid, seconds);
		const paints = await keysToPaint(console, consoleKeys('worker', 'web'), 28);
		console.kill('SIGTERM');
		await console.exited;
		const [stopMs] = await timed(() => verb(app, 'down'));
		await waitFor(() => app.processes().length === 0, 'the supervisor to end');
		const showMs = shownAt - console.startedAt;
		const keyMs = percentile(
			paints.map(({ ms }) => ms),
			0.95,
		);
		return { ...figures, startMs, showMs, keyMs, stopMs };
	});
}

/** What lines cost that nobody but the console looks at. */
async function withRate(rate: number, seconds: number): Promise<Load> {
	return withApp(async (app) => {
		const command = `${process.execPath} ${join(PROGRAMS, 'logs-steadily.js')} ${rate / LOGGING}`;
		const supervisor = await startInBackground(app, { worker: { command, count: LOGGING } });
		const console = openConsole(app);
		await console.shows((screen) => rate === 0 || /line \d{9}/.test(screen), DEADLINE_MS);
		const figures = await load(supervisor, console.pid, seconds);
		if ((await ps(app)).processes[0]!.running !== LOGGING) throw new Error('an instance stopped logging');
		return figures;
	});
}

const LOAD_COLUMNS = ['supervisor, % CPU', 'supervisor, MB', 'console, % CPU', 'console, MB'];

const loadCells = ({ supervisorCpu, supervisorMb, consoleCpu, consoleMb }: Load) => [
	supervisorCpu.toFixed(2),
	supervisorMb.toFixed(0),
	consoleCpu.toFixed(2),
	consoleMb.toFixed(0),
];

function growthTable(values: ReadonlyMap<number, Grown>): Table {
	const columns = [
		'instances',
		...LOAD_COLUMNS,
		'start, ms',
		'console shows all, ms',
		'key p95, ms',
		'down, ms',
	];
	const rows = [...values].map(([count, grown]) => {
		const times = [grown.startMs, grown.showMs, grown.keyMs, grown.stopMs].map((ms) => ms.toFixed(0));
		return [String(count), ...loadCells(grown), ...times];
	});
	return { columns, rows };
}

/** How much faster than its cause a figure grows: 1 is linear, less is better. */
function steepness(small: number, large: number, factor: number): number {
	return large / Math.max(small, LEAST_CPU) / factor;
}

/** Between a tenth and the whole, where nothing fixed hides how it grows. */
function linearity<L extends Load>(
	values: ReadonlyMap<number, L>,
	[from, to]: readonly [number, number],
	what: string,
	figures: Readonly<Record<string, (value: L) => number>>,
): Target[] {
	return Object.entries(figures).map(([name, figure]) => {
		const [small, large] = [figure(values.get(from)!), figure(values.get(to)!)];
		const text = `${name}, from ${from} to ${to} ${what}: growth to linear`;
		return atMost(NOISE, 'x', text, steepness(small, large, to / from));
	});
}

const LOAD_FIGURES: Readonly<Record<string, (value: Load) => number>> = {
	'supervisor CPU': ({ supervisorCpu }) => supervisorCpu,
	'supervisor memory': ({ supervisorMb }) => supervisorMb,
	'console CPU': ({ consoleCpu }) => consoleCpu,
	'console memory': ({ consoleMb }) => consoleMb,
};

async function measureEach<V>(
	causes: readonly number[],
	what: string,
	measure: (cause: number) => Promise<V>,
) {
	const values = new Map<number, V>();
	for (const cause of causes) {
		values.set(cause, await measure(cause));
		progress(`growth: ${cause} ${what} ${JSON.stringify(values.get(cause))}`);
	}
	return values;
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	const seconds = quick ? 5 : 15;
	const byCount = await measureEach(COUNTS, 'instances', (count) => withInstances(count, seconds));
	const byRate = await measureEach(RATES, 'lines/s', (rate) => withRate(rate, seconds));
	const rateRows = [...byRate].map(([rate, value]) => [String(rate), ...loadCells(value)]);
	return {
		name: 'growth',
		title: 'Growth: instances and log lines',
		method: `A supervisor in the background and a console at ${SIZE.columns}x${SIZE.rows} that looks at it. First ${COUNTS.join(', ')} instances that say nothing; then ${LOGGING} instances that together log ${RATES.join(', ')} lines of 100 bytes a second.`,
		tables: [growthTable(byCount), { columns: ['lines/s', ...LOAD_COLUMNS], rows: rateRows }],
		targets: [
			...linearity(byCount, [100, 1000], 'instances', {
				...LOAD_FIGURES,
				start: ({ startMs }) => startMs,
				stop: ({ stopMs }) => stopMs,
			}),
			...linearity(byRate, [10_000, 100_000], 'lines/s', LOAD_FIGURES),
			atMost(100, 'ms', '1000 instances: key to paint, p95', byCount.get(1000)!.keyMs),
		],
		notes: [
			'`start` returns when every instance has lived for a second. Growth to linear is 1 where ten times the cause brings ten times the cost; less is better.',
		],
	};
}

await benchmark(measure);
