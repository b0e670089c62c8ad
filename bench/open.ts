// How fast the console opens on a running stack, and how fast `ps` answers, beside what Node itself needs.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BINARY } from '../test/support/binary.ts';
import { type App, withApp } from './lib/app.ts';
import { startInBackground } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { bundleInk } from './lib/bundle-ink.ts';
import { atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { median, withSpread } from './lib/statistics.ts';
import { openTerminal } from './lib/terminal.ts';
import { type CommandLine, FLOORS } from './lib/tools.ts';

const NODE = process.execPath;
const INSTANCES = 10;
const run = promisify(execFile);

/** One thing to be timed, in milliseconds. */
interface Opening {
	readonly name: string;
	time(): Promise<number>;
}

/** From the start of a program to the screen that fits; a key then ends it. */
async function timeToScreen(
	app: App,
	command: CommandLine,
	fits: (screen: string) => boolean,
): Promise<number> {
	const terminal = openTerminal(command, { cwd: app.directory, env: app.env, columns: 120, rows: 36 });
	const at = await terminal.shows(fits);
	terminal.type('q');
	terminal.kill('SIGTERM');
	await terminal.exited;
	return at - terminal.startedAt;
}

async function timeToEnd(
	app: App,
	args: readonly string[],
	fits: (output: string) => boolean,
): Promise<number> {
	const startedAt = performance.now();
	const { stdout } = await run(NODE, args, { cwd: app.directory, env: app.env });
	const ms = performance.now() - startedAt;
	if (!fits(stdout)) throw new Error(`node ${args.join(' ')} printed\n${stdout}`);
	return ms;
}

function openings(app: App, ink: string): Opening[] {
	const isPainted = (screen: string) => screen.trim() !== '';
	const isLive = (screen: string) => screen.includes(`${INSTANCES}/${INSTANCES} up`);
	const listsAll = (output: string) => output.match(/worker\.\d+ +running/g)?.length === INSTANCES;
	return [
		{ name: 'node -e 0', time: () => timeToEnd(app, ['-e', '0'], () => true) },
		{ name: 'procdeck ps', time: () => timeToEnd(app, [BINARY, 'ps'], listsAll) },
		{
			name: 'raw ANSI frame',
			time: () => timeToScreen(app, [NODE, join(FLOORS, 'raw-frame.js')], isPainted),
		},
		{ name: 'procdeck, first frame', time: () => timeToScreen(app, [NODE, BINARY], isPainted) },
		{ name: 'smallest Ink program', time: () => timeToScreen(app, [NODE, ink], isPainted) },
		{ name: 'procdeck, live deck', time: () => timeToScreen(app, [NODE, BINARY], isLive) },
	];
}

type Times = ReadonlyMap<string, readonly number[]>;

function reportOf(times: Times): Report {
	const ratio = (name: string, floor: string) => median(times.get(name)!) / median(times.get(floor)!);
	const against = (bound: number, name: string, floor: string) =>
		atMost(bound, 'x', `${name}, against ${floor}`, ratio(name, floor));
	const rows = [...times].map(([name, values]) => [
		name,
		withSpread(values, (ms) => ms.toFixed(0)),
		`${ratio(name, 'node -e 0').toFixed(2)}x`,
	]);
	return {
		name: 'open',
		title: 'Open: the console on a running stack, and `ps`',
		method: `A supervisor runs ${INSTANCES} instances. Screens are read from a terminal of 120x36: the first frame is the first text, the live deck the first screen that counts all instances as running. \`ps\` has to list every instance.`,
		tables: [{ columns: ['', 'ms', 'to `node -e 0`'], rows }],
		targets: [
			against(2, 'procdeck, first frame', 'raw ANSI frame'),
			against(1.25, 'procdeck, live deck', 'smallest Ink program'),
			against(2.5, 'procdeck ps', 'node -e 0'),
		],
		notes: [
			'The Ink program is bundled by the same settings and has a compile cache of its own, as Procdeck has.',
		],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	return withApp(async (app) => {
		await startInBackground(app, { worker: { command: 'sleep 100000', count: INSTANCES } });
		const contestants = openings(app, await bundleInk(app.stateHome));
		// The first round fills the compile caches, which users pay once per version.
		for (const { time } of contestants) await time();
		const times = await inTurn(contestants, quick ? 5 : 25, ({ time }) => time());
		progress('open: done');
		return reportOf(times);
	});
}

await benchmark(measure);
