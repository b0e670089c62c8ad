// The console while an instance floods its log: how soon a key shows, and what the console costs.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BINARY } from '../test/support/binary.ts';
import { type App, withApp } from './lib/app.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { consoleKeys, type Key, keysToPaint } from './lib/keys.ts';
import { installPeers, mprocsProgram } from './lib/peers.ts';
import { cpuPercent } from './lib/processes.ts';
import { atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { median, percentile, withSpread } from './lib/statistics.ts';
import { openTerminal, type Terminal } from './lib/terminal.ts';
import { type CommandLine, FLOORS, PROGRAMS } from './lib/tools.ts';

const SIZE = { columns: 200, rows: 50 };
const LINES_PER_SECOND = 10_000;
const WARM_UP_MS = 3_000;

const hasLines = (screen: string) => /line \d{9}/.test(screen);
const steadily = (rate: number) => `${process.execPath} ${join(PROGRAMS, 'logs-steadily.js')} ${rate}`;

interface Screen {
	readonly name: string;
	readonly rate: number;
	readonly keys: readonly Key[];
	prepare(app: App): Promise<CommandLine>;
	isReady(screen: string): boolean;
}

const deckAt = (rate: number, name: string): Screen => ({
	name,
	rate,
	keys: consoleKeys('flood', 'web'),
	prepare: async (app) => {
		await app.write('Procfile', `flood: ${steadily(rate)}\nweb: sleep 100000\n`);
		return [process.execPath, BINARY];
	},
	isReady: (screen) => screen.includes('2/2 up') && (rate === 0 || hasLines(screen)),
});

const flooded = deckAt(LINES_PER_SECOND, 'procdeck, flooded');
const idle = deckAt(0, 'procdeck, idle');

const mprocsFlooded: Screen = {
	name: 'mprocs, flooded',
	rate: LINES_PER_SECOND,
	keys: [
		{ typed: 'j', fits: (screen) => !hasLines(screen) },
		{ typed: 'k', fits: hasLines },
	],
	prepare: async (app) => {
		const procs = { flood: { shell: steadily(LINES_PER_SECOND) }, web: { shell: 'sleep 100000' } };
		await app.write('mprocs.yaml', JSON.stringify({ procs }));
		return [mprocsProgram()];
	},
	isReady: hasLines,
};

const echo: Screen = {
	name: 'Node that echoes a key',
	rate: 0,
	keys: ['a', 'b'].map((key) => ({ typed: key, fits: (screen) => screen.includes(`key ${key}`) })),
	prepare: async () => [process.execPath, join(FLOORS, 'echo-key.js')],
	isReady: (screen) => screen.includes('ready'),
};

interface Figures {
	readonly keys: readonly number[];
	/** Of the console's process while nobody types, percent of a core. */
	readonly cpu: number;
}

async function isStillLive(terminal: Terminal, { rate }: Screen): Promise<void> {
	const before = terminal.screen();
	if (rate > 0) await terminal.shows((screen) => screen !== before && hasLines(screen), 1_000);
}

async function look(screen: Screen, quick: boolean): Promise<Figures> {
	return withApp(async (app) => {
		const command = await screen.prepare(app);
		const terminal = openTerminal(command, { cwd: app.directory, env: app.env, ...SIZE });
		await terminal.shows((text) => screen.isReady(text));
		await sleep(WARM_UP_MS);
		await isStillLive(terminal, screen);
		const cpu = await cpuPercent([terminal.pid], () => sleep(quick ? 5_000 : 10_000));
		const paints = await keysToPaint(terminal, screen.keys, quick ? 42 : 140);
		await isStillLive(terminal, screen);
		return { keys: paints.map(({ ms }) => ms), cpu };
	});
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	installPeers();
	const screens = [echo, flooded, idle, mprocsFlooded];
	const values = await inTurn(screens, quick ? 1 : 3, async (screen) => {
		const figures = await look(screen, quick);
		progress(
			`deck: ${screen.name} p95 ${percentile(figures.keys, 0.95).toFixed(0)} ms, ${figures.cpu.toFixed(1)} %`,
		);
		return figures;
	});
	const keys = ({ name }: Screen) => values.get(name)!.flatMap((figures) => figures.keys);
	const cpu = ({ name }: Screen) => values.get(name)!.map((figures) => figures.cpu);
	const rows = screens.map((screen) => [
		screen.name,
		withSpread(keys(screen), (ms) => ms.toFixed(0)),
		percentile(keys(screen), 0.95).toFixed(0),
		withSpread(cpu(screen), (percent) => percent.toFixed(1)),
	]);
	return {
		name: 'deck',
		title: `The deck at ${SIZE.columns}x${SIZE.rows} while an instance logs ${LINES_PER_SECOND} lines a second`,
		method:
			"From the moment a key is typed into the terminal to the arrival of the bytes that show its effect: help, the command line and selections in Procdeck, selections in mprocs. CPU of the console's own process while nobody types.",
		tables: [{ columns: ['', 'key to paint, ms', 'p95, ms', 'CPU, % of a core'], rows }],
		targets: [
			atMost(100, 'ms', 'flooded: key to paint, p95', percentile(keys(flooded), 0.95)),
			atMost(60, '%', 'flooded: CPU of the console', median(cpu(flooded))),
			atMost(1, '%', 'idle: CPU of the console', median(cpu(idle))),
		],
		notes: ['Esc waits 20 ms for the rest of an escape sequence; that is part of its time.'],
	};
}

await benchmark(measure);
